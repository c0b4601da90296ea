// The focus is never lost: when what had it goes, it passes to the place where a person would look.

/** @type {HTMLElement | null} */
let last = null;
/** @type {HTMLElement[]} */
let around = []; // what it stood in, from the inside out
let isAct = false;

document.addEventListener("focusin", ({ target }) => {
  if (!(target instanceof HTMLElement)) return;
  last = target;
  around = ancestorsOf(target);
  isAct = target.matches("button, input, textarea, select");
});
document.addEventListener("htmx:after:swap", keep);
document.addEventListener("shown", keep);
new MutationObserver(keep).observe(document.body, {
  attributeFilter: ["data-state", "hidden"],
  childList: true,
  subtree: true,
});

/** @param {HTMLElement} element */
function ancestorsOf(element) {
  const found = [];
  for (let one = element.parentElement; one; one = one.parentElement) found.push(one);
  return found;
}

function keep() {
  const { activeElement } = document;
  const isThere = activeElement !== document.body && activeElement?.checkVisibility();
  if (isThere || !last || (last.isConnected && last.checkVisibility())) return;
  const next = successor();
  last = null;
  next?.focus({ preventScroll: !next.closest(".wrong") });
}

// What was filled in wrongly; the same control, drawn anew; after an act the composer, or the form
// in its place; else what can be scrolled.
function successor() {
  const message = document.getElementById("message");
  const name = last.getAttribute("aria-label") ?? last.textContent.trim();
  const region = around.find((one) => one.isConnected && one !== document.body);
  const controls = region ? [...region.querySelectorAll("button, input, textarea, select, a")] : [];
  const wrong = controls.find((one) => one.closest(".wrong") && one.checkVisibility());
  if (wrong) return wrong;
  const same = controls.find((one) =>
    one.checkVisibility() && (one.getAttribute("aria-label") ?? one.textContent.trim()) === name);
  if (same) return same;
  const scroll = document.getElementById("scroll");
  if (!isAct) return scroll;
  if (message.checkVisibility()) return message;
  return document.querySelector("#first input:not([type=hidden])") ?? scroll;
}
