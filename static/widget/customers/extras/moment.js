// LiveChat's Moments: a small web application of the owner's choice in a frame above the
// conversation. It may say who it is, what to send, and that it should not be closed by mistake.
// Source: @livechat/moments-sdk 1.12 and @livechat/postmessage 0.3.5. Fetched when first opened.
const FINGERPRINT = "@@livechat/postmessenger";
const FOUR_WAY = "@@livechat/4way";
const HANDSHAKES = 5;
const BETWEEN = 500; // ms
const LONGEST = 3500; // characters of what it says of the customer
const MOST = 100; // of its attributes
let instance = 0;

/** @param {HTMLAnchorElement} link */
export function open(link) {
  const dialog = build(link);
  const frame = /** @type {HTMLIFrameElement} */ (dialog.querySelector("iframe"));
  const address = new URL(link.href);
  const connection = connect(frame, address.origin, methodsOf(dialog, link));
  const close = () => dialog.close();
  dialog.querySelector(".close").addEventListener("click", () => leave(dialog));
  dialog.querySelector(".stay").addEventListener("click", () => stay(dialog));
  dialog.querySelector(".leave").addEventListener("click", close);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave(dialog);
  });
  dialog.addEventListener("close", () => {
    connection.abort();
    dialog.remove();
    standing(link).focus({ preventScroll: true });
  });
  dialog.showModal();
  frame.src = link.href;
}

/**
 * The button as it stands now: pressing it draws its message anew.
 * @param {HTMLAnchorElement} link
 */
function standing(link) {
  const event = document.getElementById(/** @type {any} */ (link.closest(".event")?.id));
  const links = /** @type {HTMLAnchorElement[]} */ ([...event?.querySelectorAll("a[data-webview]") ?? []]);
  return links.find(({ href }) => href === link.href) ?? document.getElementById("message");
}

/** @param {HTMLAnchorElement} link */
function build(link) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("moment-shell"));
  const dialog = /** @type {HTMLDialogElement} */ (template.content.firstElementChild.cloneNode(true));
  dialog.dataset.height = link.dataset.webview || "tall";
  title(dialog, link.textContent);
  setLink(dialog, link.href);
  document.body.append(dialog);
  return dialog;
}

/** @param {HTMLDialogElement} dialog */
function leave(dialog) {
  const isAsked = "fragile" in dialog.dataset;
  if (!isAsked) return dialog.close();
  dialog.dataset.asks = "";
  dialog.querySelector(".stay").focus();
}

/** @param {HTMLDialogElement} dialog */
function stay(dialog) {
  delete dialog.dataset.asks;
  dialog.querySelector("iframe").focus();
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} text
 */
function title(dialog, text) {
  dialog.querySelector("h2").textContent = text;
  dialog.querySelector("iframe").title = text;
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {unknown} address
 */
function setLink(dialog, address) {
  const link = /** @type {HTMLAnchorElement} */ (dialog.querySelector("a.icon"));
  link.hidden = !isOfTheWeb(address);
  if (!link.hidden) link.href = String(address);
}

/** @param {unknown} address */
function isOfTheWeb(address) {
  return typeof address === "string" && /^https?:\/\//.test(address);
}

/**
 * What the application says of itself when it is there.
 * @param {HTMLDialogElement} dialog
 * @param {{ title?: unknown, icon?: unknown, isFragile?: unknown }} data
 */
function introduce(dialog, data) {
  if (typeof data.title === "string") title(dialog, data.title.slice(0, LONGEST));
  dialog.toggleAttribute("data-fragile", data.isFragile === true);
  const icon = /** @type {HTMLImageElement} */ (dialog.querySelector("img"));
  icon.hidden = !isOfTheWeb(data.icon);
  if (!icon.hidden) icon.src = String(data.icon);
}

/**
 * What the application may ask of us, by the names of its library.
 * @param {HTMLDialogElement} dialog
 * @param {HTMLAnchorElement} link
 * @returns {Record<string, (value?: any) => unknown>}
 */
function methodsOf(dialog, link) {
  return {
    introduce: (data) => introduce(dialog, data ?? {}),
    close: () => dialog.close(),
    setTitle: (text) => title(dialog, cut(text)),
    setIsFragile: (value) => dialog.toggleAttribute("data-fragile", value === true),
    setExternalLink: (address) => setLink(dialog, address),
    sendMessage: ({ text }) => tell("say", cut(text)),
    setAttributes: (attributes) => tell("attributes", cutAll(attributes)),
    updateCustomerData: ({ name, email }) => tell("host:customer", {
      ...(name && { name: cut(name) }),
      ...(email && { email: cut(email) }),
    }),
    sendPostback: ({ id, type }) => postback(link, cut(id), cut(type ?? "")),
  };
}

/**
 * @param {string} name
 * @param {unknown} detail
 */
function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** @param {unknown} text */
function cut(text) {
  return String(text ?? "").slice(0, LONGEST);
}

/** @param {Record<string, unknown>} attributes */
function cutAll(attributes) {
  const first = Object.entries(attributes ?? {}).slice(0, MOST);
  return Object.fromEntries(first.map(([name, value]) => [name.slice(0, 500), cut(value)]));
}

/**
 * For the rich message that opened it.
 * @param {HTMLAnchorElement} link
 * @param {string} id
 * @param {string} type
 */
function postback(link, id, type) {
  const values = Object.fromEntries(/** @type {any} */ (new FormData(link.closest("form"))));
  htmx.ajax("POST", "postback", {
    values: { ...values, postback_id: id, type: "", value: "", text: type || id },
    target: "#notice",
    swap: "none",
  });
}

/** What the application learns: as LiveChat's own widget tells it. */
function launcherData() {
  const { chat } = document.getElementById("state")?.dataset ?? {}; // the gallery has none
  const style = getComputedStyle(document.documentElement);
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    licenseId: "",
    ...(chat && { chatId: chat }),
    groupId: 0,
    language: document.documentElement.lang,
    theme: {
      variant: document.documentElement.dataset.theme || (isDark ? "dark" : "light"),
      primaryColor: style.getPropertyValue("--brand").trim(),
      ctaText: style.getPropertyValue("--on-brand").trim(),
    },
  };
}

/**
 * The parent's side of the handshake, and answers to calls. Only this frame's window is heard, and
 * only while it shows what the owner chose: the origin of the button's address.
 * @param {HTMLIFrameElement} frame
 * @param {string} origin
 * @param {ReturnType<typeof methodsOf>} methods
 */
function connect(frame, origin, methods) {
  const abort = new AbortController();
  const base = { [FINGERPRINT]: true, owner: `chat-${Math.random().toString(36).slice(2)}`, instance: instance++ };
  const post = (/** @type {object} */ message) => frame.contentWindow?.postMessage({ ...base, ...message }, origin);
  const { introduce: learn, ...offered } = methods;
  const data = { ...launcherData(), supportedMethods: Object.keys(offered) };
  let isThere = false;
  let timer = 0;

  frame.addEventListener("load", () => {
    isThere = false;
    shake(HANDSHAKES);
  });
  addEventListener("message", receive, { signal: abort.signal });
  abort.signal.addEventListener("abort", () => clearTimeout(timer));
  return abort;

  /** @param {number} left */
  function shake(left) {
    clearTimeout(timer);
    if (isThere || !left || abort.signal.aborted) return;
    post({ type: "handshake", request: null, data });
    timer = setTimeout(() => shake(left - 1), BETWEEN);
  }

  /** @param {MessageEvent} event */
  function receive({ source, origin: from, data: message }) {
    if (source !== frame.contentWindow || from !== origin || !message?.[FINGERPRINT]) return;
    if (message.owner !== base.owner || message.instance !== base.instance) return;
    if (message.type === "response" && !isThere && message.request === null) greet(message.data?.result ?? {});
    if (message.type === "call" && isThere) answer(message);
  }

  /** @param {any} result */
  function greet(result) {
    isThere = true;
    clearTimeout(timer);
    const isFourWay = FOUR_WAY in result;
    learn(isFourWay ? result.data : result);
    if (isFourWay) post({ type: "handshake_echo", request: 0 });
  }

  /** @param {any} message */
  function answer(message) {
    const { method, args } = message.data ?? {};
    const known = Object.hasOwn(offered, method) ? offered[method] : null;
    let result = null;
    let error = !known;
    try {
      known?.(Array.isArray(args) ? args[0] : undefined); // none takes more
    } catch {
      error = true;
    }
    if (error) result = { real: true, error: { message: `The chat could not ${method}` } };
    post({ type: "response", request: message.request, data: { error, result } });
  }
}
