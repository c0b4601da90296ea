// Keep the newest event in view, unless the agent has scrolled up to read.
const NEAR_END = 60; // px
const log = document.querySelector("#log");
if (log) {
  let following = true;
  let before = 0;
  const follow = () => { if (following) log.scrollTop = log.scrollHeight; };
  log.addEventListener("scroll", () => {
    const left = log.scrollHeight - log.scrollTop - log.clientHeight;
    if (left < NEAR_END) following = true;
    else if (log.scrollTop < before) following = false;
    before = log.scrollTop;
  });
  new MutationObserver(follow).observe(log, { childList: true, subtree: true });
  new ResizeObserver(follow).observe(log);
  log.addEventListener("load", follow, true); // pictures grow when they arrive
  follow();
}
