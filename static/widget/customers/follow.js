// Keeps the newest message in view, unless the customer has scrolled up to read.
const root = document.documentElement;
const scroller = document.getElementById("scroll");
const toEnd = document.getElementById("to-end");
const NEAR = 60; // px
let following = true;
const hasBegun = () => scroller.querySelector(".event") !== null; // before, one reads from the top

scroller.addEventListener("scroll", () => {
  following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  show();
}, { passive: true });
toEnd.addEventListener("click", () => {
  following = true;
  follow();
});

new MutationObserver(follow).observe(scroller, { childList: true, subtree: true });
new ResizeObserver(follow).observe(scroller);
scroller.addEventListener("load", follow, { capture: true }); // a picture has got its size

function follow() {
  if (following && hasBegun()) scroller.scrollTop = scroller.scrollHeight;
  show();
}
function show() {
  root.toggleAttribute("data-at-end", following);
  toEnd.hidden = following;
}
