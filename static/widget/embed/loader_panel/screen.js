// On a phone the panel covers the page: nothing scrolls behind it, and the keyboard fits below it.
import { isOpen } from "./frame.js";

const phone = matchMedia("(max-width: 480px), (max-height: 480px) and (pointer: coarse)");
const { root: box, listen } = widget;
/** @type {string | null} */
let overflow = null; // the page's own, while we hold it

export function holdPage() {
  const { style } = document.documentElement;
  const wanted = isOpen() && phone.matches && !widget.options.inline && !widget.signal.aborted;
  if (wanted === (overflow !== null)) return;
  if (wanted) overflow = style.overflow;
  style.overflow = wanted ? "hidden" : overflow;
  if (!wanted) overflow = null;
}

function fit() {
  const { scale, height, offsetTop } = visualViewport;
  const isZoomed = scale > 1.01;
  box.style.setProperty("--lcw-height", isZoomed ? "" : `${height}px`);
  box.style.setProperty("--lcw-top", isZoomed ? "" : `${offsetTop}px`);
}

listen(phone, "change", holdPage);
if (window.visualViewport) {
  listen(visualViewport, "resize", fit);
  listen(visualViewport, "scroll", fit);
}
widget.signal.addEventListener("abort", holdPage);
