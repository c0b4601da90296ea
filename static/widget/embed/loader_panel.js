// The second half of the loader, fetched once somebody wants to chat: what is said between the
// iframe and the page, and the page's manners around it.
// PANEL_CSS is loader_panel.css, ORGANIZATION the widget's: see widget/views/embed.py.

const SETTLE = 300; // ms a page gets to change its title after its address

export function openPanel(widget) {
  const { configured, home, known, listen, later, root, shadow } = widget;
  const page = document.documentElement;
  const phone = matchMedia("(max-width: 480px), (max-height: 480px) and (pointer: coarse)");
  const isOpen = () => known.state.visibility === "maximized";

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PANEL_CSS);
  shadow.adoptedStyleSheets.push(sheet);

  // -- the iframe: it may have said that it is there before we listened, so it is asked to again

  let frame;
  let isListening;

  function load() {
    frame = widget.frame;
    isListening = false;
    frame.id = "chat-widget";
    frame.title = widget.words.title;
    frame.contentWindow.postMessage({ chat: "here" }, "*");
  }

  function unload() {
    frame.remove();
    widget.isAlive = isListening = false;
    count(0);
    widget.draw();
  }

  const post = (message) =>
    widget.isAlive && frame.contentWindow.postMessage(message, home.origin);

  // -- what we tell it

  let previousUrl = document.referrer;
  let currentUrl = location.href;
  const whereabouts = () => ({ url: location.href, title: title(), referrer: previousUrl });

  function hello() {
    if (!isListening) return;
    told = JSON.stringify(about());
    const words = {
      chat: "hello",
      token: widget.token,
      identity: widget.identity,
      page: whereabouts(),
      language: widget.language,
      customer: about(),
      open: isOpen(),
      notifications: window.Notification?.permission,
      theme: widget.theme,
      draft: widget.draft,
      group: configured.group,
    };
    frame.contentWindow.postMessage(words, home.origin);
    widget.draft = null;
  }

  // The focus follows a customer who opened the chat, unless it has gone elsewhere meanwhile.
  function visible() {
    const follows = isOpen() && widget.opener === document.activeElement;
    if (follows && widget.isAlive) frame.focus();
    post({ chat: "visible", visible: isOpen(), focus: follows });
  }

  // What the page has told about the customer. `replace`: these variables and no others.
  function about() {
    const { name, email, sessionVariables: session } = known.customer_data;
    return { name, email, session, replace: widget.replace };
  }

  // A page may set the same values at each of its renders: only a change is worth a message.
  let told;
  let telling;

  function customer() {
    clearTimeout(telling);
    telling = later(() => {
      if (told === (told = JSON.stringify(about()))) return;
      post({ chat: "customer", ...about() });
    }, 50);
  }

  // Single-page applications move without loading anything.
  let settling;

  function moved() {
    clearTimeout(settling);
    settling = later(() => {
      if (location.href !== currentUrl) {
        previousUrl = currentUrl;
        currentUrl = location.href;
      }
      post({ chat: "page", page: whereabouts() });
    }, SETTLE);
  }

  // Another tab, or the page we went to and came back from, may have a new token or none.
  function tokenOfOthers() {
    const token = widget.stored("localStorage");
    if (token === undefined || token === widget.token) return;
    widget.token = token;
    if (!token) widget.identity = null; // they logged out there
    hello();
  }

  // -- what it tells us

  const heard = {
    // It has begun to load: what it needs to know can be there when the rest of it is.
    early() {
      isListening = true;
      if (!widget.leaving) hello();
    },
    ready() {
      widget.isAlive = isListening = true;
      widget.draw();
      if (widget.leaving) post({ chat: "logout", token: widget.leaving });
      widget.leaving = null;
      hello();
      visible();
    },
    token({ token }) {
      widget.token = token;
      widget.stored("localStorage", token);
    },
    close: () => widget.show("minimized", true),
    unread: (message) => count(message.count),
    async ask_to_notify() {
      post({ chat: "notifications", permission: await Notification.requestPermission() });
    },
    notify({ title, body }) {
      try {
        const shown = new Notification(title, { body, tag: home.href }); // one for all tabs
        shown.onclick = () => {
          window.focus();
          widget.show("maximized", true);
        };
      } catch {
        return; // Android's Chrome wants a service worker for it
      }
    },
    event: (message) => widget.emit(message.name, message.data),
    state({ availability, status, chatId, threadId, customer, statistics }) {
      known.chat_data = { chatId, threadId };
      Object.assign(known.customer_data, customer);
      Object.assign(known.statistics, statistics);
      change("state", "availability", availability);
      change("customer_data", "status", status);
    },
  };

  function change(which, name, value) {
    if (!value || known[which][name] === value) return;
    known[which][name] = value;
    widget.emit(name === "status" ? "customer_status_changed" : "availability_changed", {
      [name]: value,
    });
  }

  // -- unread messages: on the launcher, in the title, to the page

  let prefix = "";

  function title() {
    const shown = document.title;
    return shown.startsWith(prefix) ? shown.slice(prefix.length) : shown;
  }

  function count(unread) {
    const plain = title();
    prefix = unread ? `(${unread}) ` : "";
    if (document.title !== prefix + plain) document.title = prefix + plain;
    if (unread === widget.unread) return;
    widget.unread = unread;
    widget.draw();
    widget.emit("unread_count_changed", { count: unread });
  }

  // -- on a phone the panel covers the page: nothing scrolls behind it, the keyboard fits below

  let overflow = null; // the page's own, while we hold it

  function hold() {
    const wanted = isOpen() && phone.matches && !widget.asked.inline && !widget.signal.aborted;
    if (wanted === (overflow !== null)) return;
    if (wanted) overflow = page.style.overflow;
    page.style.overflow = wanted ? "hidden" : overflow;
    if (!wanted) overflow = null;
  }

  function fit() {
    const { scale, height, offsetTop } = visualViewport;
    const isZoomed = scale > 1.01;
    root.style.setProperty("--height", isZoomed ? "" : height + "px");
    root.style.setProperty("--top", isZoomed ? "" : offsetTop + "px");
  }

  // -- data-theme="host": as the page is, now and when it changes

  function follow() {
    const hints = [page.className, page.dataset.theme, getComputedStyle(page).colorScheme];
    widget.theme = hints.join().includes("dark") ? "dark" : "light";
    widget.draw();
    hello();
  }

  // -- begin

  listen(window, "message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home.origin) return;
    if (data && Object.hasOwn(heard, data.chat)) heard[data.chat](data);
  });
  listen(window, "storage", tokenOfOthers);
  listen(window, "pageshow", ({ persisted }) => persisted && tokenOfOthers());

  if (window.navigation) listen(navigation, "currententrychange", moved);
  else {
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function (...args) {
        original.apply(this, args);
        moved();
      };
    }
    listen(window, "popstate", moved);
  }

  listen(phone, "change", hold);
  listen(visualViewport, "resize", fit);
  listen(visualViewport, "scroll", fit);

  const looks = new MutationObserver(follow);
  if (widget.theme === "host") {
    follow();
    looks.observe(page, { attributeFilter: ["class", "style", "data-theme"] });
  }

  const { organizationId = ORGANIZATION } = configured;
  if (organizationId !== ORGANIZATION) {
    console.error(`[LiveChatWidget] ${organizationId} is not ${ORGANIZATION}.`);
  }
  load();
  hold();

  widget.signal.addEventListener("abort", () => {
    looks.disconnect();
    count(0);
    hold();
  });

  return {
    post,
    hello,
    customer,
    load,
    unload,
    shown() {
      hold();
      visible();
    },
    draft() {
      if (!widget.isAlive || !widget.draft) return;
      post({ chat: "draft", text: widget.draft });
      widget.draft = null;
    },
  };
}
