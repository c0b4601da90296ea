/* The widget's form: a way to its sections, copy buttons, the default text beside a translation, the
   live preview, word of the first page that shows the chat, and a warning before changes are lost. */

(() => {
  const PAUSE = 350; // milliseconds without typing before the preview follows
  const LOOK_EVERY = 3000; // milliseconds between two looks whether a website shows the chat

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const said = button.parentElement.querySelector("[role=status]");
    const words = button.closest("[data-copied]").dataset;
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = words.copied;
    } catch {
      getSelection().selectAllChildren(text);
      said.textContent = words.refused;
    }
  });

  const showDefaults = () => {
    for (const text of document.querySelectorAll("[data-default]")) {
      text.placeholder = document.getElementById(text.dataset.default)?.value || "";
    }
  };

  const showWebsites = (addresses) => {
    const place = document.getElementById("on-websites");
    place.querySelectorAll("a").forEach((link) => link.remove());
    for (const address of addresses) {
      const link = document.createElement("a");
      link.href = address;
      link.target = "_blank";
      link.textContent = new URL(address).host;
      place.append(link, " ");
    }
    place.hidden = !addresses.length;
  };

  const startPreview = (form, preview) => {
    const tools = preview.querySelector("form");
    const screen = preview.querySelector(".screen");
    const frame = preview.querySelector("iframe");
    let waiting;
    let latest = 0;

    const refresh = async () => {
      const turn = ++latest;
      const body = new FormData(form);
      body.set("preview_theme", tools.preview_theme.value);
      body.set("preview_shows", tools.shows.value);
      const response = await fetch(preview.dataset.url, { method: "POST", body });
      if (!response.ok || turn !== latest) return;
      const { url, websites, notes } = await response.json();
      preview.querySelector("#preview-notes").textContent = notes.join(" ");
      showWebsites(websites);
      const shown = new URL(url, location.href);
      shown.searchParams.set("language", tools.language.value);
      frame.contentWindow.location.replace(shown);
    };
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => refresh().catch(() => {}), PAUSE);
    };

    form.addEventListener("input", soon);
    tools.addEventListener("input", () => {
      screen.dataset.screen = tools.screen.value;
      soon();
    });
    // The chat inside takes the focus when it opens. Give it back to whoever is typing here,
    // unless they went there themselves.
    frame.inert = true;
    screen.addEventListener("pointerenter", () => (frame.inert = false));
    screen.addEventListener("pointerleave", () => (frame.inert = true));
    form.addEventListener("focusout", (event) => {
      setTimeout(() => {
        if (frame.inert && document.activeElement === frame) event.target.focus();
      });
    });
    tools.addEventListener("submit", (event) => event.preventDefault());
    preview.hidden = false;
    soon();
  };

  const showSections = (form) => {
    const nav = document.createElement("nav");
    nav.className = "sections";
    nav.ariaLabel = form.closest("[data-sections]").dataset.sections;
    const headings = [...form.querySelectorAll("fieldset .fieldset-heading")];
    for (const heading of [...headings, document.getElementById("installation")]) {
      const link = document.createElement("a");
      link.href = `#${heading.id}`;
      link.textContent = heading.textContent.trim();
      link.addEventListener("click", () => {
        const folded = heading.closest("details");
        if (folded) folded.open = true;
      });
      nav.append(link);
    }
    form.prepend(nav);
  };

  // There is no socket on this page, so it asks, as long as somebody looks at it.
  const awaitWebsite = (place) => {
    const timer = setInterval(async () => {
      if (document.hidden) return;
      const response = await fetch(place.dataset.waiting).catch(() => null);
      if (response?.status !== 200) return;
      clearInterval(timer);
      place.innerHTML = await response.text();
    }, LOOK_EVERY);
  };

  const chooseOwnZone = (select) => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const isKnown = [...select.options].some(({ value }) => value === timeZone);
    if (isKnown && select.value === "UTC") select.value = timeZone;
  };

  const written = (form) => JSON.stringify([...new FormData(form)]);

  // The page has links, and buttons with forms of their own: what was typed elsewhere is lost to them.
  const guardChanges = (forms) => {
    // What stands there is not saved.
    const isRefused = (form) => form.querySelector(".errornote") || form.elements.told;
    const saved = new Map(forms.map((form) => [form, isRefused(form) ? "" : written(form)]));
    let sent;
    document.addEventListener("submit", (event) => (sent = event.target));
    addEventListener("beforeunload", (event) => {
      const others = forms.filter((form) => form !== sent);
      sent = undefined; // they may stay
      if (others.some((form) => written(form) !== saved.get(form))) event.preventDefault();
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("widget_form");
    const preview = document.getElementById("preview");
    showDefaults();
    form?.addEventListener("input", showDefaults);
    if (form) showSections(form);
    if (preview?.matches("[data-new]")) chooseOwnZone(form.opening_zone);
    if (form && preview) startPreview(form, preview);
    if (form && preview) guardChanges([form, document.getElementById("agent-token")].filter(Boolean));
    const waiting = document.querySelector("[data-waiting]");
    if (waiting) awaitWebsite(waiting);
  });
})();
