// Whether the chat is seen, and the panel's iframe, which comes when somebody wants to chat.
import { storage } from "../loader/storage.js";
import { home, options } from "../loader/tag.js";
import { emit } from "./events.js";
import { configured, known } from "./known.js";
import { language, part, words } from "./language.js";
import { add, box, create, draw, failure, launcher, root, shadow } from "./launcher.js";
import { later, listen, signal } from "./life.js";
import { attach } from "./place.js";
import { widget } from "./widget.js";

const PATIENCE = 10000; // ms until a silent panel counts as broken

/** @type {LoaderPanel | undefined} What loader_panel.js gives, once it is here. */
export let panel;
/** @type {boolean | undefined} */
let isLoading;

/**
 * @param {string} visibility
 * @param {boolean} [byCustomer] Not by the page: then the focus follows, and it holds for the visit.
 */
export function show(visibility, byCustomer) {
  if (visibility === known.state.visibility) return;
  const isOpen = visibility === "maximized";
  known.state.visibility = visibility;
  widget.opener = byCustomer && document.activeElement;
  if (isOpen) {
    attach(); // also where the launcher does not stand
    load();
  }
  draw();
  if (widget.mayStore() && (byCustomer || storage("sessionStorage"))) {
    storage("sessionStorage", visibility);
  }
  panel?.shown();
  if (!isOpen && byCustomer) launcher.focus();
  emit("visibility_changed", { visibility });
}

export const toggle = () =>
  show(known.state.visibility === "maximized" ? "minimized" : "maximized", true);

export function load() {
  if (widget.isAlive || isLoading) return;
  if (document.prerendering) return listen(document, "prerenderingchange", load);
  failure.textContent = "";
  later(() => widget.isAlive || fail(), PATIENCE);
  isLoading = true;
  if (panel || !widget.frame) addFrame(); // else only loader_panel.js was missing
  if (panel) panel.load();
  else bring("loader_panel.js", ({ openPanel }) => { panel ||= openPanel(share()); }, fail);
}

/** All that the other parts need of this one. */
export const share = () => Object.assign(widget, {
  options, configured, home, language, signal, listen, later, storage,
  add, emit, show, draw, known, shadow, root,
});

/**
 * Fetch a part of the loader and start it, unless this life has ended meanwhile.
 * @param {string} name
 * @param {(module: any) => void} begin
 * @param {() => void} [failed]
 */
export const bring = (name, begin, failed = () => {}) =>
  import(part(name)).then((module) => signal.aborted || begin(module), failed);

// `src` is there before the iframe is, or it would leave an entry in the history.
function addFrame() {
  widget.frame?.remove();
  widget.frame = create("iframe");
  widget.frame.src = part("");
  widget.frame.allow = settings.allow || "";
  box.append(widget.frame);
}

function fail() {
  isLoading = false;
  failure.textContent = "";
  const link = add(failure, "a", words.failed);
  link.href = home;
  link.target = "_blank";
  draw();
}

/** The customer goes: the panel too, and it comes back empty if it is still wanted. */
export function unload() {
  panel?.unload();
  isLoading = false;
  if (widget.leaving || known.state.visibility === "maximized") load();
}
