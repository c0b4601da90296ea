// Tells the host page what changed: availability, the chat's state, each new event.
import { emit, tellHost } from "./messages.js";
import { wordsOf } from "./words.js";

const threads = document.getElementById("threads");
let lastReport = "";

document.addEventListener("shown", report);
document.addEventListener("htmx:after:swap", report);

function report() {
  const { status = "browsing", chat, thread, ...who } = document.getElementById("state").dataset;
  const { availability } = document.getElementById("group").dataset;
  /** @type {MessageToHost} */
  const state = {
    chat: "state", availability, status, chatId: chat || null, threadId: thread || null,
    customer: customerOf(who),
  };
  if (JSON.stringify(state) === lastReport) return;
  lastReport = JSON.stringify(state);
  tellHost(state);
}

/**
 * What LiveChat has not been told stays as the website says.
 * @param {DOMStringMap} state
 */
function customerOf({ customer, name, email }) {
  return { id: customer || null, ...(name && { name }), ...(email && { email }) };
}

// What is news goes by order: clocks are wrong. A push is news; of what comes in whole threads, so
// is what stands after the last message we know. The first conversation shown is history, unless
// it begins with this page: then there was neither token nor statement when the page said hello.
/** @type {Set<string>} */
const known = new Set();
let lastKnown = "";
let isHistory = true; // what comes in whole threads

document.addEventListener("host:hello", ({ detail }) => {
  isHistory = Boolean(detail.token || detail.identity);
}, { once: true });
document.addEventListener("somebody-else", () => {
  isHistory = true;
  lastKnown = "";
});
document.addEventListener("shown", () => {
  const hasConversation = document.getElementById("state").dataset.status !== undefined;
  if (hasConversation) queueMicrotask(() => (isHistory = false)); // after the observer below
});

new MutationObserver((changes) => {
  const pushed = new Set(changes.flatMap(pushedNodes));
  /** @type {HTMLElement[]} */
  const messages = [...threads.querySelectorAll(".message")];
  const last = messages.findIndex(({ id }) => id === lastKnown);
  messages.forEach((message, place) => {
    if (known.has(message.id)) return;
    known.add(message.id);
    if (pushed.has(message) || (!isHistory && place > last)) tellOf(message);
  });
  lastKnown = messages.at(-1)?.id ?? lastKnown;
}).observe(threads, { childList: true, subtree: true });

/**
 * A push lands in a thread that stands.
 * @param {MutationRecord} change
 * @returns {Node[]}
 */
function pushedNodes({ target, addedNodes }) {
  return /** @type {Element} */ (target).matches(".thread") ? [...addedNodes] : [];
}

/** @param {HTMLElement} message */
function tellOf(message) {
  const { at, author, by } = message.dataset;
  const timestamp = Date.parse(at);
  const type = ["file", "rich-message"].find((kind) => message.classList.contains(kind)) ?? "message";
  const about = { timestamp, type: type.replace("-", "_"), author: { id: by, type: author } };
  emit("new_event", about);
  if (type === "message") emit("message", olderForm(message, timestamp));
}

/**
 * As the older LC_API tells it.
 * @param {HTMLElement} message
 * @param {number} timestamp
 */
function olderForm(message, timestamp) {
  const text = wordsOf(message);
  if (message.dataset.author !== "agent") return { text, user_type: "visitor", timestamp };
  const agent_name = message.querySelector(".by b")?.textContent ?? "";
  return { text, user_type: "agent", timestamp, agent_name, agent_login: message.dataset.by };
}
