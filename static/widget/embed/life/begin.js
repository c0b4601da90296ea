// The life begins: what the page said of its customer, what people do, what was asked for before.
import { storage } from "../loader/storage.js";
import { options } from "../loader/tag.js";
import { beReady } from "./events.js";
import { configured, forgetCustomer, known, textsOf } from "./known.js";
import { draw, host, launcher, shadow } from "./launcher.js";
import { later, listen, signal } from "./life.js";
import { entries, know, lookUp, methods } from "./methods.js";
import { attach } from "./place.js";
import { load, show, toggle } from "./visibility.js";
import { widget } from "./widget.js";

forgetCustomer();
know(textsOf({ name: configured.visitor?.name, email: configured.visitor?.email }));
methods.update_session_variables(configured.params);
api._h = (method, args) => entries[method](...args);

// -- what people do

listen(launcher, "click", toggle);
const prepare = () => launcher.role || load(); // not where it is a link
listen(launcher, "pointerenter", prepare);
listen(launcher, "focus", prepare);
listen(shadow, "keydown", ({ key }) =>
  key === "Escape" && !options.inline && show("minimized", true));
listen(window, "click", (event) => {
  const link = event.composedPath().find((/** @type {any} */ node) =>
    node.matches?.('[data-livechat],[href="#chat"]'));
  if (!link) return;
  event.preventDefault();
  lookUp(methods, link.dataset.livechat || "maximize")({}, true);
});

const openByLink = () => /^#chat(=|$)/.test(location.hash) && show("maximized");
listen(window, "hashchange", openByLink);

// -- what the page does to its elements: it may even replace all of them

const swaps = new MutationObserver(() => later(stand));
signal.onabort = () => {
  swaps.disconnect();
  host.remove();
};

function stand() {
  for (const node of [document, ...document.childNodes]) swaps.observe(node, { childList: true });
  if (attach() && options.inline) show("maximized");
}

listen(document, "DOMContentLoaded", stand);
const { navigation } = window; // or an element with this id
if (navigation?.currentEntry) listen(navigation, "currententrychange", attach);
else listen(window, "popstate", attach);

// -- begin

draw();
stand();
const isPhone = Math.min(innerWidth, screen?.width) <= 480; // the first may not be known yet
if (storage("sessionStorage") === "maximized" && !isPhone) show("maximized");
openByLink();
if (widget.token && !settings.visitors) (window.requestIdleCallback || setTimeout)(() => signal.aborted || load());

// Each at once; async, so that one that throws is reported and stops no other.
api._q.splice(0).map(async ([method, args]) => window.LiveChatWidget[method](...args));
beReady();
