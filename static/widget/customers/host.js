// Speaks with the page that shows the chat. In a tab of its own the panel is its own host.
import { cutGroup, cutPage, cutVisitor } from "./limits.js";
import { announce, tellHost } from "./messages.js";
import { readStorage, writeStorage } from "./storage.js";

const root = document.documentElement;
const STORAGE_KEY = `livechat-widget:${root.dataset.widget}`;
const isAlone = parent === window;

/** @type {string | null} */
let hostOrigin = null;
/** @type {(string | null)[]} */
const told = []; // tokens, to the website's page

// By Temporal, where there is one: the first use of Intl costs 30 ms.
root.dataset.zone = window.Temporal?.Now.timeZoneId()
  ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

addEventListener("message", receive);

/** @param {Pick<MessageEvent, "source" | "origin" | "data">} event */
function receive({ source, origin, data }) {
  if (isAlone || source !== parent || typeof data?.chat !== "string") return;
  if (data.chat === "here") return parent.postMessage({ chat: "ready" }, "*");
  if (["hello", "logout"].includes(data.chat)) hostOrigin = origin; // whichever comes first
  if (origin !== hostOrigin) return;
  root.dataset.website = origin;
  if (data.heard < told.length) data.token = told.at(-1); // said before our last word was heard
  pass(data);
}

/**
 * To the scripts that listen, no longer than the server takes it.
 * @param {MessageToPanel} message
 */
function pass(message) {
  const detail = { ...message };
  if ("page" in detail) {
    detail.page = cutPage(detail.page);
    root.dataset.page = detail.page?.url ?? "";
  }
  if ("group" in detail) detail.group = cutGroup(detail.group);
  if ("customer" in detail) detail.customer = cutVisitor(detail.customer ?? {});
  if (detail.chat === "customer") return announce("host:customer", cutVisitor(detail));
  announce(`host:${message.chat}`, detail);
}

document.addEventListener("tell-host", ({ detail }) => {
  if (isAlone && detail.chat === "token") writeStorage("localStorage", STORAGE_KEY, detail.token);
  if (isAlone && detail.chat === "consent") keepConsent(detail.consent);
  if (!hostOrigin) return;
  if (detail.chat === "token") told.push(detail.token);
  parent.postMessage(detail, hostOrigin);
});

document.addEventListener("host:hello", ({ detail }) => {
  if (detail.theme) root.dataset.theme = detail.theme;
  if (detail.stays) root.dataset.stays = "";
});

document.addEventListener("DOMContentLoaded", () => {
  if (window.firstHello) receive(window.firstHello); // see preconnect.js
  if (!isAlone) return parent.postMessage({ chat: "ready" }, "*");
  const token = readStorage("localStorage", STORAGE_KEY);
  const page = { url: location.href, title: document.title, referrer: document.referrer };
  pass({ chat: "hello", token, page, open: true, stays: true, focus: true, consent: keptConsent() });
});

// As the loader keeps it on a website: "VERSION TIME".
const CONSENT_KEY = `${STORAGE_KEY}:consent`;

/** @param {Consent | null} consent */
function keepConsent(consent) {
  writeStorage("localStorage", CONSENT_KEY, consent && `${consent.version} ${consent.at}`);
}

function keptConsent() {
  const [version, at] = readStorage("localStorage", CONSENT_KEY)?.split(" ") ?? [];
  return version ? { version, at } : undefined;
}

document.querySelector(".minimize").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  const isComposing = event.isComposing || event.keyCode === 229; // Safari's, of the key that ends it
  if (event.key !== "Escape" || isComposing || event.defaultPrevented) return;
  if (!document.querySelector(":popover-open, dialog[open]")) close(); // else it closes that
});

// A keyboard that covers the page instead of making it smaller must not cover what one writes.
if (isAlone && window.visualViewport) {
  visualViewport.addEventListener("resize", () => {
    const { height, scale } = visualViewport;
    document.body.style.height = scale === 1 && height < innerHeight ? `${height}px` : "";
  });
}

/** What comes while the page is not done with it is unread already. */
function close() {
  if ("stays" in root.dataset) return; // nothing would open it again
  tellHost({ chat: "close" });
  announce("host:visible", { visible: false, focus: false });
}
