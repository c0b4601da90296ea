// Keep the newest event in view, unless the agent has scrolled up to read.
const NEAR_END = 60; // px
const log = document.querySelector("#log");
if (log) {
  let following = true;
  const follow = () => { if (following) log.scrollTop = log.scrollHeight; };
  log.addEventListener("scroll", () => {
    following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  });
  new MutationObserver(follow).observe(log, { childList: true, subtree: true });
  log.addEventListener("load", follow, true); // pictures grow when they arrive
  follow();
}
