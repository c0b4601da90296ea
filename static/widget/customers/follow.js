// Keeps the newest message in view, unless the customer has scrolled up to read. What they send
// themselves always is.
const root = document.documentElement;
const scroller = document.getElementById("scroll");
const pending = document.getElementById("pending");
const toEnd = document.getElementById("to-end");
const NEAR = 60; // px
let isFollowing = true;
let revealed = ""; // the id of an element that is to be shown once it is there
// Before, one reads from the top.
const hasBegun = () => root.dataset.past === undefined && scroller.querySelector(".event") !== null;

scroller.addEventListener("scroll", () => {
  isFollowing = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  show();
}, { passive: true });
toEnd.addEventListener("click", () => {
  isFollowing = true;
  follow();
});

document.addEventListener("host:reveal", ({ detail }) => {
  revealed = detail.event;
  reveal();
});
document.addEventListener("shown", reveal);

function reveal() {
  const event = revealed && document.querySelector(`#threads #${CSS.escape(revealed)}`);
  if (!event) return; // not yet
  revealed = "";
  isFollowing = false; // until it turns out that this is at the end
  event.scrollIntoView({ block: "center" });
}

new MutationObserver((changes) => {
  // Who sends wants to see it, wherever they were reading.
  isFollowing ||= changes.some(({ target, addedNodes }) => target === pending && addedNodes.length);
  follow();
}).observe(scroller, { childList: true, subtree: true });
new ResizeObserver(follow).observe(scroller);
scroller.addEventListener("load", follow, { capture: true }); // a picture has got its size

function follow() {
  if (isFollowing && hasBegun()) scroller.scrollTop = scroller.scrollHeight;
  show();
}

function show() {
  root.toggleAttribute("data-at-end", isFollowing);
  toEnd.hidden = isFollowing;
}
