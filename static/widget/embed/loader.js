// The chat on a website: the launcher and `LiveChatWidget`. The panel it opens is in
// loader_panel.js, fetched beside the iframe once somebody wants to chat. Until then
// nothing is stored and nothing else is fetched.
// SETTINGS is the widget's public configuration: see widget/views/embed.py.
(function (settings) {
  "use strict";

  const PATIENCE = 10000; // ms until a silent panel counts as broken
  const STORAGE_KEY = "livechat-widget:" + settings.key;
  const SVG = "http://www.w3.org/2000/svg";
  const BUBBLE = "M5 5h14v10h-9l-5 4z";
  const ARROW = "M6 9l6 6 6-6";

  const script = document.currentScript;
  const home = new URL(".", script.src); // https://chat.example/w/<key>/
  const asked = script.dataset;
  const page = document.documentElement;
  const part = (name) => new URL(name + "?" + settings.version, home);

  // Browsers may refuse storage: then everything lasts as long as the page.
  function stored(area, value) {
    try {
      const storage = window[area];
      if (value) storage.setItem(STORAGE_KEY, value);
      else if (value === null) storage.removeItem(STORAGE_KEY);
      return storage.getItem(STORAGE_KEY);
    } catch {
      return undefined;
    }
  }

  // ---- LiveChatWidget: queues until started, and is new again after `destroy`

  function install(api) {
    for (const method of ["on", "once", "off", "call"]) {
      api[method] = (...args) => (api._h ? api._h(method, args) : api._q.push([method, args]));
    }
    window.LiveChatWidget = Object.assign(api, {
      _q: api._q || [],
      _h: null,
      _v: "2.0",
      _home: home,
      get(name) {
        if (!api._h) throw new Error("[LiveChatWidget] You can't use getters before load.");
        return api._h("get", [name]);
      },
      init() {
        if (!api._h) start(api);
      },
      scriptTagVersion: () => api._v,
    });
  }

  // ---- one life of the widget, from `init` to `destroy`

  function start(api) {
    const life = new AbortController();
    const { signal } = life;
    const listen = (target, name, handler) => target.addEventListener(name, handler, { signal });
    const later = (action, delay) => setTimeout(() => signal.aborted || action(), delay);

    const configured = window.__lc || {};
    const language = asked.language || page.lang || navigator.language;
    const { texts } = settings;
    const words = texts[language] || texts[language.split("-")[0]] || texts[settings.language];

    let panel; // what loader_panel.js gives, once it is here
    let loading;
    let isReady; // the page has been told so

    // What the getters show: our own copy, because they cannot wait for the panel's answer.
    const known = {
      statistics: {},
      state: { availability: "online", visibility: "hidden" in asked ? "hidden" : "minimized" },
    };

    // -- what is drawn

    function make(parent, tag, text = "", space = page.namespaceURI) {
      const element = document.createElementNS(space, tag);
      element.textContent = text;
      parent.append(element);
      return element;
    }

    const host = document.createElement("chat-widget");
    const shadow = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(settings.css);
    shadow.adoptedStyleSheets = [sheet];
    const root = make(shadow, "div");
    const launcher = make(root, "button");
    const icon = make(launcher, "svg", "", SVG);
    icon.setAttribute("viewBox", "0 0 24 24");
    for (const shape of [settings.icon || BUBBLE, ARROW]) {
      make(icon, "path", "", SVG).setAttribute("d", shape);
    }
    make(launcher, "span", words.label);
    const badge = make(launcher, "b");
    const box = make(root, "section");
    launcher.part = "launcher";
    box.part = "panel";
    const failure = make(box, "p");
    failure.role = "alert";

    // What both files work with.
    const widget = {
      asked, configured, home, language, words, signal, listen, later, stored, emit, show, draw,
      known, shadow, root, launcher, box,
      theme: asked.theme || settings.theme,
      identity: asked.identity,
      token: stored("localStorage"),
    };

    // Beside the body, not in it: what swaps the body (Turbo, htmx) then leaves the chat alone.
    const pages = RegExp(asked.pages ?? settings.pages ?? "");

    function attach() {
      const isWanted = pages.test(location.pathname) || known.state.visibility === "maximized";
      if (!isWanted) return host.remove();
      const place = asked.inline ? document.querySelector(asked.inline) : document.body && page;
      if (!place || host.isConnected) return;
      host.dir = getComputedStyle(document.body).direction;
      place.append(host);
      if (asked.inline) show("maximized");
    }

    function draw() {
      const { unread } = widget;
      const { visibility } = known.state;
      const isOpen = visibility === "maximized";
      launcher.ariaLabel = [
        isOpen ? words.close : words.open,
        words.label,
        unread && words.unread.replace("%", unread),
      ].filter(Boolean).join(", ");
      launcher.ariaExpanded = isOpen;
      badge.textContent = unread > 9 ? "9+" : unread || "";
      root.className = [
        visibility,
        widget.theme,
        asked.position || settings.position,
        widget.isAlive && "alive",
        asked.inline && "inline",
      ].join(" ");
    }

    // -- showing and hiding

    function show(visibility, byCustomer) {
      if (visibility === known.state.visibility) return;
      const isOpen = visibility === "maximized";
      known.state.visibility = visibility;
      widget.opener = byCustomer && document.activeElement;
      if (isOpen) {
        attach(); // also where the launcher does not stand
        load();
      }
      draw();
      if (byCustomer || stored("sessionStorage")) {
        stored("sessionStorage", isOpen ? visibility : "minimized");
      }
      panel?.shown();
      if (!isOpen && byCustomer) launcher.focus();
      emit("visibility_changed", { visibility });
    }

    const toggle = () =>
      show(known.state.visibility === "maximized" ? "minimized" : "maximized", true);

    function load() {
      if (widget.isAlive || loading) return;
      if (document.prerendering) return listen(document, "prerenderingchange", load);
      failure.textContent = "";
      later(() => widget.isAlive || fail(), PATIENCE);
      loading = true;
      if (panel || !widget.frame) frame(); // else only loader_panel.js was missing
      if (panel) panel.load();
      else {
        import(part("loader_panel.js")).then(({ openPanel }) => {
          if (!signal.aborted) panel = openPanel(widget);
        }, fail);
      }
    }

    // `src` is there before the iframe is, or it would leave an entry in the history.
    function frame() {
      widget.frame?.remove();
      widget.frame = document.createElement("iframe");
      widget.frame.src = home + "?lang=" + encodeURIComponent(language);
      box.append(widget.frame);
    }

    function fail() {
      loading = false;
      failure.textContent = words.failed;
      const link = make(failure, "a", words.page);
      link.href = home;
      link.target = "_blank";
      draw();
    }

    function forget() {
      known.customer_data = {
        name: "",
        email: "",
        isReturning: !!widget.token,
        sessionVariables: {},
        id: null,
        status: "browsing",
      };
      known.chat_data = { chatId: null, threadId: null };
    }

    // -- the API: events, methods, getters

    const listeners = new WeakMap(); // of the page's handlers

    function emit(name, detail) {
      dispatchEvent(new CustomEvent("livechat:" + name, { detail }));
    }

    function subscribe(name, handler, once) {
      if (name === "ready" && isReady) return handler(readiness());
      const listener = listeners.get(handler) || ((event) => handler(event.detail));
      listeners.set(handler, listener);
      addEventListener("livechat:" + name, listener, { once, signal });
    }

    const get = (name) => ({ ...lookUp(known, name) });
    const readiness = () => ({ state: get("state"), customerData: get("customer_data") });

    function know(changes) {
      Object.assign(known.customer_data, changes);
      panel?.customer();
    }

    function texted(values, earlier) {
      const texts = { ...earlier };
      for (const name in values) texts[name] = String(values[name]);
      return texts;
    }

    const methods = {
      maximize(options, byCustomer) {
        widget.draft = options?.messageDraft;
        panel?.draft();
        show("maximized", byCustomer);
      },
      minimize: (_, byCustomer) => show("minimized", byCustomer),
      hide: () => show("hidden"),
      toggle,
      destroy() {
        life.abort();
        swaps.disconnect();
        host.remove();
        api._h = (method, args) => window.LiveChatWidget[method](...args);
        install({});
      },
      set_session_variables(values) {
        widget.replace = true;
        know({ sessionVariables: texted(values) });
      },
      update_session_variables: (values) =>
        know({ sessionVariables: texted(values, known.customer_data.sessionVariables) }),
      set_customer_name: (name) => know({ name }),
      set_customer_email: (email) => know({ email }),
      identify(statement) {
        widget.identity = statement;
        panel?.hello();
      },
      logout() {
        widget.leaving = widget.token;
        widget.token = stored("localStorage", null);
        widget.identity = null;
        forget();
        panel?.unload();
        loading = false;
        if (widget.leaving || known.state.visibility === "maximized") load();
      },
    };
    methods.reset = methods.logout;
    for (const chat of ["hide_greeting", "close_chat", "disable_sounds"]) {
      methods[chat] = () => panel?.post({ chat });
    }
    // A customer cannot report sales to LiveChat: the page's own handlers hear of them.
    for (const name of ["trigger_sales_tracker", "track_sales_event"]) {
      methods[name] = (sale) => emit(name, sale);
    }

    const entries = {
      on: subscribe,
      once: (name, handler) => subscribe(name, handler, true),
      off: (name, handler) => removeEventListener("livechat:" + name, listeners.get(handler)),
      call: (name, payload) => lookUp(methods, name)(payload),
      get,
    };

    function lookUp(table, name) {
      if (Object.hasOwn(table, name)) return table[name];
      console.error(`[LiveChatWidget] There is no "${name}".`);
      return () => {};
    }

    // -- begin

    forget();
    for (const { name, value } of configured.params || []) {
      known.customer_data.sessionVariables[name] = String(value);
    }
    Object.assign(known.customer_data, configured.visitor);
    api._h = (method, args) => entries[method](...args);

    listen(launcher, "click", toggle);
    listen(launcher, "pointerenter", load);
    listen(launcher, "focus", load);
    listen(shadow, "keydown", (event) => {
      if (event.key === "Escape") show("minimized", true);
    });
    listen(document, "click", (event) => {
      const link = event.target.closest('[data-livechat], [href="#chat"]');
      if (!link) return;
      event.preventDefault();
      lookUp(methods, link.dataset.livechat || "maximize")({}, true);
    });

    const openByLink = () => location.hash === "#chat" && show("maximized");
    listen(window, "hashchange", openByLink);

    const swaps = new MutationObserver(() => later(attach));
    swaps.observe(document, { childList: true });
    swaps.observe(page, { childList: true });
    listen(document, "DOMContentLoaded", attach);
    if (settings.pages) {
      if (window.navigation) listen(navigation, "currententrychange", attach);
      else listen(window, "popstate", attach);
    }

    draw();
    attach();
    const isPhone = Math.min(innerWidth, screen.width) <= 480; // the first may not be known yet
    if (stored("sessionStorage") === "maximized" && !isPhone) show("maximized");
    openByLink();
    if (widget.token) (window.requestIdleCallback || setTimeout)(() => signal.aborted || load());

    for (const [method, args] of api._q.splice(0)) window.LiveChatWidget[method](...args);
    later(() => {
      isReady = true;
      emit("ready", readiness());
    });
  }

  // ---- the older LC_API lives in a file of its own, fetched when the page first touches it

  function offerOlderApi() {
    const bring = (value) => {
      Object.defineProperty(window, "LC_API", { value, writable: true });
      import(part("lc_api.js"));
      return value;
    };
    if (window.LC_API) bring(window.LC_API);
    else {
      Object.defineProperty(window, "LC_API", {
        configurable: true,
        get: () => bring({}),
        set: bring,
      });
    }
  }

  function begin() {
    const present = window.LiveChatWidget;
    const isSecond = present?._home;
    if (!isSecond) {
      install(present || {});
      offerOlderApi();
      if (asked.consent) addEventListener(asked.consent, () => window.LiveChatWidget.init());
    }
    // LiveChat's own snippet asks for this file only when it is wanted; our tag may say "not yet".
    const waits = asked.start || "consent" in asked || window.__lc?.asyncInit;
    if (!waits || (present && !isSecond)) window.LiveChatWidget.init();
  }

  // An owner looks at a draft on the real website: its loader takes this one's place, if the
  // server knows it for a draft of this very widget.
  const draft = /^#chat-draft=([\w-]+)$/.exec(location.hash);
  if (draft && draft[1] !== settings.key) {
    const other = document.createElement("script");
    other.src = new URL("../" + draft[1] + "/embed.js?of=" + settings.key, home);
    other.onerror = begin;
    Object.assign(other.dataset, asked);
    script.after(other);
  } else begin();
})(SETTINGS);
