// The device's notifications, for customers who asked for them. The website shows them, because a
// frame of another site may not; in a tab of its own the panel is its own website.
import { tellHost } from "./messages.js";
import { readStorage, writeStorage } from "./storage.js";
import { wordsOf } from "./words.js";

const toggle = document.getElementById("notify");
const STORAGE_KEY = `notify:${document.documentElement.dataset.widget}`;
const PUSH_KEY = `push:${document.documentElement.dataset.widget}`; // see extras/push.js
const LONGEST = 120; // characters of a message
const isAlone = parent === window;

document.addEventListener("host:hello", ({ detail }) => {
  permit(isAlone ? window.Notification?.permission : detail.notifications);
});
document.addEventListener("host:notifications", ({ detail }) => permit(detail.permission));

document.addEventListener("host:logout", () => writeStorage("localStorage", PUSH_KEY, null));

toggle.addEventListener("change", () => {
  writeStorage("localStorage", STORAGE_KEY, toggle.checked ? "on" : "off");
  if (!toggle.checked) return;
  if (isAlone) Notification.requestPermission().then(permit);
  else tellHost({ chat: "ask_to_notify" });
});

document.addEventListener("unnoticed", ({ detail: event }) => {
  if (!toggle.checked || readStorage("localStorage", PUSH_KEY) === "on") return; // told once
  const title = event.querySelector(".by b")?.textContent || document.title;
  const body = wordsOf(event).slice(0, LONGEST);
  if (!isAlone) return tellHost({ chat: "notify", title, body });
  try {
    new Notification(title, { body, tag: STORAGE_KEY }).onclick = () => window.focus();
  } catch {
    showByWorker(title, body);
  }
});

/**
 * Android's Chrome shows none in another way.
 * @param {string} title
 * @param {string} body
 */
async function showByWorker(title, body) {
  const data = { widget: document.documentElement.dataset.widget, url: location.href };
  await navigator.serviceWorker?.register("worker.js");
  (await navigator.serviceWorker?.ready)?.showNotification(title, { body, data, tag: STORAGE_KEY });
}

/** @param {NotificationPermission} [permission] none where there are no notifications */
function permit(permission) {
  toggle.closest(".item").hidden = !permission || permission === "denied";
  const isWanted = readStorage("localStorage", STORAGE_KEY) === "on";
  toggle.checked = permission === "granted" && isWanted;
}
