// What the customer writes stands at once as a bubble. Drafts and what is not sent yet survive
// a reload of the page; a draft stands in every tab.
import { newId } from "./messages.js";
import { readStorage, writeStorage } from "./storage.js";

const composer = document.getElementById("composer");
const message = document.getElementById("message");
const pending = document.getElementById("pending");
const template = document.getElementById("pending-message");
const STORAGE_KEY = `unsent:${document.documentElement.dataset.widget}`;
let shared = ""; // the draft that all tabs have
const tabs = connectTabs();

/** @type {HTMLButtonElement} */ (composer.querySelector(".send")).disabled = false; // until now the browser would send it elsewhere

message.addEventListener("keydown", (event) => {
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
message.addEventListener("input", () => {
  save();
  share();
});
new MutationObserver(save).observe(pending, { childList: true });

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  message.focus();
  if (!message.value.trim()) return;
  const text = message.value;
  message.value = "";
  share();
  say(text);
});
document.querySelector(".openers")?.addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  say(target.textContent);
  message.focus();
});

/** @param {string} text */
function say(text) {
  addBubble({ custom_id: newId(), text, attempt: 0 }).requestSubmit();
}

// The page may have one for us only when it speaks again.
document.addEventListener("host:hello", ({ detail }) => (message.value ||= detail.draft ?? ""));
document.addEventListener("host:hello", ({ detail }) => {
  const { draft, unsent } = load();
  message.value ||= draft ?? "";
  if (detail.focus) focus();
  // What was under way is tried again: the server looks before it sends, so nothing doubles.
  for (const one of unsent ?? []) addBubble({ ...one, attempt: one.attempt + 1 }).requestSubmit();
}, { once: true });
document.addEventListener("somebody-else", () => {
  message.value = "";
  pending.replaceChildren();
  save();
});
document.addEventListener("say", ({ detail: text }) => {
  if (text.trim()) say(text);
});
document.addEventListener("host:draft", ({ detail }) => (message.value ||= detail.text));
document.addEventListener("host:visible", ({ detail }) => {
  if (detail.focus) focus();
});

function focus() {
  const first = document.querySelector("#first input:not([type=hidden])");
  (message.checkVisibility() ? message : first)?.focus({ preventScroll: true });
}

/** @param {Unsent} unsent */
function addBubble({ custom_id, text, attempt }) {
  const bubble = /** @type {PendingForm} */ (template.content.firstElementChild.cloneNode(true));
  bubble.custom_id.value = custom_id;
  bubble.text.value = text;
  bubble.attempt.value = String(attempt);
  bubble.querySelector(".bubble").textContent = text;
  pending.append(bubble);
  htmx.process(bubble);
  return bubble;
}

function save() {
  /** @type {NodeListOf<PendingForm>} */
  const bubbles = pending.querySelectorAll("form:has([name=text])");
  const unsent = [...bubbles].map((bubble) => ({
    custom_id: bubble.custom_id.value,
    text: bubble.text.value,
    attempt: Number(bubble.attempt.value),
  }));
  writeStorage("sessionStorage", STORAGE_KEY, JSON.stringify({ draft: message.value, unsent }));
}

/** @returns {{ draft?: string, unsent?: Unsent[] }} */
function load() {
  return JSON.parse(readStorage("sessionStorage", STORAGE_KEY)) ?? {};
}

// A tab that is new asks with null. What was typed here alone is never replaced.
function share() {
  shared = message.value;
  tabs?.postMessage(shared);
}

// A browser that refuses storage to frames refuses this as well.
function connectTabs() {
  try {
    const channel = new BroadcastChannel(STORAGE_KEY);
    channel.onmessage = ({ data }) => {
      if (data === null) return message.value && share();
      if (message.value && message.value !== shared) return;
      message.value = shared = data;
      save();
    };
    channel.postMessage(null);
    return channel;
  } catch {
    return null;
  }
}
