// Pictures in the panel instead of a new tab: arrows go from one to the next, two fingers, the
// wheel or a double click come closer, Escape leads back. Fetched when the first one is opened.
const CLOSE_UP = 2.5;
const CLOSEST = 8;
const SWIPE = 60; // px

/** @type {HTMLDialogElement} */
let dialog;
/** @type {HTMLImageElement} */
let picture;
/** @type {HTMLAnchorElement[]} */
let links = [];
let place = 0;
let scale = 1;
let x = 0;
let y = 0;
/** @type {Map<number, PointerEvent>} */
const fingers = new Map();

/** @param {HTMLAnchorElement} link */
export function open(link) {
  dialog ??= build();
  links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("#threads a.picture")]);
  dialog.showModal();
  show(links.indexOf(link));
}

function build() {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("viewer-shell"));
  const made = /** @type {HTMLDialogElement} */ (template.content.firstElementChild.cloneNode(true));
  document.body.append(made);
  picture = made.querySelector("img");
  const stage = made.querySelector(".stage");
  made.querySelector(".previous").addEventListener("click", () => show(place - 1));
  made.querySelector(".next").addEventListener("click", () => show(place + 1));
  made.addEventListener("close", () => links[place]?.focus({ preventScroll: true }));
  made.addEventListener("keydown", press);
  stage.addEventListener("dblclick", () => zoom(scale > 1 ? 1 : CLOSE_UP));
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(scale * Math.exp(-(/** @type {WheelEvent} */ (event)).deltaY / 300));
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
  });
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", lift);
  stage.addEventListener("pointercancel", lift);
  return made;
}

/** @param {KeyboardEvent} event */
function press({ key }) {
  const isRightToLeft = document.dir === "rtl";
  if (key === "ArrowLeft") show(place + (isRightToLeft ? 1 : -1));
  if (key === "ArrowRight") show(place + (isRightToLeft ? -1 : 1));
  if (key === "+") zoom(scale * 1.5);
  if (key === "-") zoom(scale / 1.5);
}

/** @param {number} number */
function show(number) {
  if (!links[number]) return;
  place = number;
  const link = links[place];
  picture.src = link.href;
  picture.alt = dialog.querySelector("figcaption").textContent = /** @type {HTMLImageElement} */ (link.firstElementChild).alt;
  /** @type {HTMLAnchorElement} */ (dialog.querySelector("a.icon")).href = link.href;
  dialog.querySelector("output").textContent = `${place + 1} / ${links.length}`;
  /** @type {HTMLButtonElement} */ (dialog.querySelector(".previous")).disabled = place === 0;
  /** @type {HTMLButtonElement} */ (dialog.querySelector(".next")).disabled = place === links.length - 1;
  zoom(1);
}

/** @param {number} wanted */
function zoom(wanted) {
  scale = Math.max(1, Math.min(CLOSEST, wanted));
  if (scale === 1) x = y = 0;
  draw();
}

function draw() {
  picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
}

/** @param {PointerEvent} event */
function move(event) {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const [other] = [...fingers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
  if (other) {
    zoom(scale * distance(event, other) / distance(before, other));
    fingers.set(event.pointerId, event);
  } else if (scale > 1) {
    x += event.clientX - before.clientX;
    y += event.clientY - before.clientY;
    fingers.set(event.pointerId, event);
    draw();
  }
}

/** @param {PointerEvent} event */
function lift(event) {
  const before = fingers.get(event.pointerId);
  fingers.delete(event.pointerId);
  if (!before || scale > 1 || fingers.size) return;
  const way = (event.clientX - before.clientX) * (document.dir === "rtl" ? -1 : 1);
  if (Math.abs(way) > SWIPE) show(place + (way < 0 ? 1 : -1));
}

/**
 * @param {PointerEvent} one
 * @param {PointerEvent} other
 */
function distance(one, other) {
  return Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY));
}
