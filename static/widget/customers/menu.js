// Small manners: the menu closes when it has done its work, notices go by themselves, links in
// cards are counted as pressed, and whoever asks to be forgotten begins anew and is told so.
import { readStorage, writeStorage } from "./storage.js";

const menu = document.getElementById("menu");
const notice = document.getElementById("notice");
const NOTICE_STAYS = 8000; // ms
const FORGOTTEN = `forgotten:${document.documentElement.dataset.widget}`;
let timer = 0;

/** @type {NodeListOf<HTMLInputElement>} */
const zones = menu.querySelectorAll("[name=zone]");
for (const input of zones) input.value = document.documentElement.dataset.zone;

menu.addEventListener("submit", () => menu.hidePopover());
document.getElementById("rate")?.addEventListener("click", () => {
  const rating = document.getElementById("rating");
  menu.hidePopover();
  rating.dataset.asked = "";
  rating.querySelector("button")?.focus();
});

new MutationObserver(() => {
  clearTimeout(timer);
  timer = setTimeout(() => notice.replaceChildren(), NOTICE_STAYS);
}).observe(notice, { childList: true });

document.addEventListener("click", ({ target }) => {
  const link = target instanceof Element && target.closest("a.choice");
  if (link) htmx.trigger(link.closest("form"), "pressed");
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "DELETE" || ctx.response.status !== 204) return;
  writeStorage("sessionStorage", FORGOTTEN, "yes");
  location.reload();
});
if (readStorage("sessionStorage", FORGOTTEN)) {
  writeStorage("sessionStorage", FORGOTTEN, null);
  sayForgotten();
}
document.addEventListener("host:logout", ({ detail }) => detail.forget && sayForgotten());

function sayForgotten() {
  notice.append(document.getElementById("forgotten").content.cloneNode(true));
}
