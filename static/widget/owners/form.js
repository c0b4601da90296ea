/* The widget's form: copy buttons, the default text beside a translation, and the live preview. */

(() => {
  const PAUSE = 350; // milliseconds without typing before the preview follows

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
      const response = await fetch(preview.dataset.url, { method: "POST", body });
      if (!response.ok || turn !== latest) return;
      const { url, websites } = await response.json();
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

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("widget_form");
    const preview = document.getElementById("preview");
    showDefaults();
    form?.addEventListener("input", showDefaults);
    if (form && preview) startPreview(form, preview);
  });
})();
