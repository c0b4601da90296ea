// What has been read, by whom: tells LiveChat what is really on screen, counts the rest for the
// launcher, and marks the customer's last message that an agent has seen.
const root = document.documentElement;
const threads = document.getElementById("threads");
const mark = document.getElementById("seen-mark").content.firstElementChild;
let visible = false;
let reported = "";
let counted = 0;

document.addEventListener("host:hello", ({ detail }) => look(detail.open === true));
document.addEventListener("host:visible", ({ detail }) => look(detail.visible));
document.addEventListener("visibilitychange", () => look(visible));
document.getElementById("scroll").addEventListener("scroll", () => look(visible), { passive: true });
document.addEventListener("htmx:after:ws:message", () => {
  look(visible, true);
  markSeen();
});

// What has come while nobody looks at this page, for the sound and the notifications.
new MutationObserver((changes) => {
  if (!document.hidden && document.hasFocus()) return;
  const arrived = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  const news = arrived.find((node) => node.matches?.(".is-new[data-author=agent]"));
  if (news) document.dispatchEvent(new CustomEvent("unnoticed", { detail: news }));
}).observe(threads, { childList: true, subtree: true });

function look(isOpen, arrived = false) {
  visible = isOpen;
  const state = document.getElementById("state").dataset;
  const seen = reported > (state.seen ?? "") ? reported : state.seen ?? "";
  const theirs = [...threads.querySelectorAll('[data-author="agent"]')];
  const unread = theirs.slice(theirs.findLastIndex(({ dataset }) => dataset.at <= seen) + 1);
  if (!visible) divide(unread[0]);
  if (unread.length && visible && !document.hidden && root.hasAttribute("data-at-end")) {
    reported = unread.at(-1).dataset.at;
    tell("tell-socket", { seen: { chat: state.chat, at: reported, arrived } });
    unread.length = 0;
  }
  if (unread.length !== counted) tell("tell-host", { chat: "unread", count: unread.length });
  counted = unread.length;
  document.querySelector("#to-end .unseen").textContent = counted || "";
}

// Where the customer stopped reading stays marked after they have come back.
function divide(first) {
  if (!first || first.hasAttribute("data-first-unread")) return;
  threads.querySelector("[data-first-unread]")?.removeAttribute("data-first-unread");
  first.dataset.firstUnread = document.getElementById("log").dataset.new;
}

function markSeen() {
  const { seenByAgent = "" } = document.getElementById("state").dataset;
  const own = [...threads.querySelectorAll('[data-author="customer"]')];
  const last = own.findLast(({ dataset }) => dataset.at <= seenByAgent);
  if (last?.contains(mark)) return;
  mark.remove();
  last?.append(mark);
}

function tell(whom, detail) {
  document.dispatchEvent(new CustomEvent(whom, { detail }));
}
