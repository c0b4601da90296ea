// Keeps the newest message in view, unless the customer has scrolled up to read.
const root = document.documentElement;
const scroller = document.getElementById("scroll");
const toEnd = document.getElementById("to-end");
const NEAR = 60; // px
let isFollowing = true;
const hasBegun = () => scroller.querySelector(".event") !== null; // before, one reads from the top

scroller.addEventListener("scroll", () => {
  isFollowing = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  show();
}, { passive: true });
toEnd.addEventListener("click", () => {
  isFollowing = true;
  follow();
});

document.addEventListener("host:reveal", ({ detail }) => {
  const event = document.querySelector(`#threads #${CSS.escape(detail.event)}`);
  if (!event) return;
  isFollowing = false; // until it turns out that this is at the end
  event.scrollIntoView({ block: "center" });
});

new MutationObserver(follow).observe(scroller, { childList: true, subtree: true });
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
