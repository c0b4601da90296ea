// Whoever comes back after a while is welcomed anew: the last conversation waits behind a button
// that shows how it ended. What has not been read yet is never put away.
import { wordsOf } from "./words.js";

const root = document.documentElement;
const LONG_AGO = 12 * 60 * 60 * 1000; // ms
const entry = /** @type {HTMLElement} */ (document.querySelector("#greeting .past"));
let isWanted = false; // the customer has asked for it, or writes

document.addEventListener("shown", () => {
  const { status, seen = "" } = document.getElementById("state").dataset;
  const last = [...document.querySelectorAll("#threads .message")].at(-1);
  if (last instanceof HTMLElement && status === "browsing" && isOver(last, seen)) putAway(last);
  else bringBack();
});
document.addEventListener("host:reveal", want);
new MutationObserver(want).observe(document.getElementById("pending"), { childList: true });
entry.addEventListener("click", () => {
  want();
  document.getElementById("to-end").click();
  document.getElementById("scroll").focus({ preventScroll: true });
});

function want() {
  isWanted = true;
  bringBack();
}

/**
 * Nobody waits for an answer, and none is unread.
 * @param {HTMLElement} last message
 * @param {string} seen until when, as `created_at`
 */
function isOver({ dataset: { at, author } }, seen) {
  const isDue = document.querySelector("#ended .left, #pending > *");
  const isUnread = author === "agent" && at > seen;
  return !isWanted && !isDue && !isUnread && Date.now() - Date.parse(at) > LONG_AGO;
}

/** @param {HTMLElement} last message */
function putAway(last) {
  entry.querySelector("span").textContent = wordsOf(last);
  entry.querySelector("small").textContent = last.dataset.day;
  entry.hidden = false;
  root.dataset.past = "";
}

function bringBack() {
  delete root.dataset.past;
  entry.hidden = true;
}
