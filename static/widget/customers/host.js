// Speaks with the page that shows the chat. In a tab of its own the panel is its own host.
const root = document.documentElement;
const storageKey = `livechat-widget:${root.dataset.widget}`;
const alone = parent === window;
let hostOrigin = null;

// By Temporal, where there is one: the first use of Intl costs 30 ms.
root.dataset.zone = window.Temporal?.Now.timeZoneId()
  ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

function heard(message) {
  document.dispatchEvent(new CustomEvent(`host:${message.chat}`, { detail: message }));
}

addEventListener("message", receive);

function receive({ source, origin, data }) {
  if (alone || source !== parent || typeof data?.chat !== "string") return;
  if (data.chat === "here") return parent.postMessage({ chat: "ready" }, "*");
  if (["hello", "logout"].includes(data.chat)) hostOrigin = origin; // whichever comes first
  if (origin !== hostOrigin) return;
  root.dataset.website = origin;
  heard(data);
}

document.addEventListener("tell-host", ({ detail }) => {
  if (alone && detail.chat === "token") keepToken(detail.token);
  if (hostOrigin) parent.postMessage(detail, hostOrigin);
});

document.addEventListener("host:hello", ({ detail }) => {
  if (detail.theme) root.dataset.theme = detail.theme;
});

document.addEventListener("DOMContentLoaded", () => {
  if (window.earlyHello) receive(window.earlyHello); // see preconnect.js
  if (!alone) return parent.postMessage({ chat: "ready" }, "*");
  root.dataset.alone = "";
  const page = { url: location.href, title: document.title, referrer: document.referrer };
  heard({ chat: "hello", token: keptToken(), page, open: true, focus: true });
});

document.querySelector(".minimize").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  if (!document.querySelector(":popover-open")) close(); // else it closes the menu
});
function close() {
  document.dispatchEvent(new CustomEvent("tell-host", { detail: { chat: "close" } }));
}

// Storage may be refused altogether: then the chat lasts as long as the page.
function keptToken() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
function keepToken(token) {
  try {
    if (token) localStorage.setItem(storageKey, token);
    else localStorage.removeItem(storageKey);
  } catch {
    return;
  }
}
