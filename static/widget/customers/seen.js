// What has been read, by whom: tells LiveChat what is really on screen, counts the rest for the
// launcher, and marks the customer's last message that an agent has seen.
import { announce, tellHost, tellServer } from "./messages.js";
import { wordsOf } from "./words.js";

const TOLD = 3; // messages
const LONGEST = 200; // characters of one, there
const root = document.documentElement;
const threads = document.getElementById("threads");
const mark = document.getElementById("seen-mark").content.firstElementChild;
let isVisible = false;
/** @type {MessageToServer["seen"] | null} */
let report = null; // the last; its `at` is a `created_at`
let mayBeLost = false; // what it went by was closed, or dead
let counted = 0;
/** @type {HTMLElement | undefined} */
let newest;

document.addEventListener("host:hello", ({ detail }) => update(detail.open === true));
document.addEventListener("host:visible", ({ detail }) => update(detail.visible));
document.addEventListener("somebody-else", () => (report = null));
for (const way of ["htmx:after:ws:connection", "htmx:after:sse:connection"]) {
  document.addEventListener(way, () => (mayBeLost = true));
}
document.addEventListener("visibilitychange", () => update(isVisible));
document.getElementById("scroll").addEventListener("scroll", () => update(isVisible), {
  passive: true,
});
document.addEventListener("shown", () => {
  if (mayBeLost) tellAgain(); // not before the server has answered, so it knows this tab
  update(isVisible, true);
  markSeen();
});

// What has come while nobody looks at this page, for the sound and the notifications.
new MutationObserver((changes) => {
  if (!document.hidden && document.hasFocus()) return;
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  const news = added.find((node) => isElement(node) && node.matches(".is-new[data-author=agent]"));
  if (news) announce("unnoticed", /** @type {HTMLElement} */ (news));
}).observe(threads, { childList: true, subtree: true });

/** @type {(node: Node) => node is HTMLElement} */
function isElement(node) {
  return node instanceof HTMLElement;
}

/**
 * @param {boolean} isOpen
 * @param {boolean} [arrived] something came just now
 */
function update(isOpen, arrived = false) {
  isVisible = isOpen;
  const state = document.getElementById("state").dataset;
  const seen = isNews() ? report.at : state.seen ?? "";
  const theirs = eventsBy("agent");
  const unread = theirs.slice(theirs.findLastIndex(({ dataset }) => dataset.at <= seen) + 1);
  if (!isVisible) divide(unread[0]);
  if (unread.length && isVisible && !document.hidden && root.hasAttribute("data-at-end")) {
    report = { chat: state.chat, at: unread.at(-1).dataset.at, arrived };
    tellServer({ seen: report });
    unread.length = 0;
  }
  if (unread.length !== counted || unread.at(-1) !== newest) tellUnread(unread);
  newest = unread.at(-1);
  counted = unread.length;
  document.querySelector("#to-end .unseen").textContent = counted ? String(counted) : "";
}

/** Whether LiveChat does not know yet what was reported. */
function isNews() {
  return report !== null && report.at > (document.getElementById("state").dataset.seen ?? "");
}

function tellAgain() {
  mayBeLost = false;
  if (isNews()) tellServer({ seen: report });
}

/** How many there are, and the words of the newest. @param {HTMLElement[]} unread */
function tellUnread(unread) {
  const { dismiss } = document.getElementById("log").dataset;
  const messages = unread.slice(-TOLD).map(asTold);
  tellHost({ chat: "unread", count: unread.length, messages, dismiss });
}

/** @param {HTMLElement} event */
function asTold(event) {
  const first = eventsBy("agent").findLast((each) => each.dataset.by === event.dataset.by
    && each.querySelector(".by b")) ?? event;
  return {
    id: event.id,
    name: first.querySelector(".by b")?.textContent ?? "",
    face: first.querySelector(".face img")?.getAttribute("src"),
    text: wordsOf(event).slice(0, LONGEST),
  };
}

/**
 * @param {string} author
 * @returns {HTMLElement[]}
 */
function eventsBy(author) {
  return [...threads.querySelectorAll(`[data-author="${author}"]`)];
}

/**
 * Where the customer stopped reading stays marked after they have come back.
 * @param {HTMLElement} [first]
 */
function divide(first) {
  if (!first || first.hasAttribute("data-first-unread")) return;
  threads.querySelector("[data-first-unread]")?.removeAttribute("data-first-unread");
  first.dataset.firstUnread = document.getElementById("log").dataset.new;
}

function markSeen() {
  const { seenByAgent = "" } = document.getElementById("state").dataset;
  const last = eventsBy("customer").at(-1);
  if (!last || last.dataset.at > seenByAgent) mark.remove();
  else if (!last.contains(mark)) last.append(mark);
}
