// The launcher and the box that waits for the panel, in a shadow root that no style reaches.
// Without innerHTML, so that it stands under Trusted Types and in XHTML.
import { options } from "../loader/tag.js";
import { known } from "./known.js";
import { words } from "./language.js";
import { widget } from "./widget.js";

const SVG = "http://www.w3.org/2000/svg";
export const firstPage = document.documentElement; // it may be replaced

/**
 * @param {string} tag
 * @param {string | null} [space]
 * @returns {any}
 */
export const create = (tag, space = firstPage.namespaceURI) => document.createElementNS(space, tag);

/**
 * @param {Element | ShadowRoot} parent
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [space]
 */
export function add(parent, tag, text = "", space) {
  const element = create(tag, space);
  element.textContent = text;
  parent.append(element);
  return element;
}

export const host = create("chat-widget");
/** @type {ShadowRoot} */
export const shadow = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(settings.css);
shadow.adoptedStyleSheets = [sheet];

export const root = add(shadow, "div");
export const launcher = add(root, "button");
const icon = add(launcher, "svg", "", SVG);
icon.setAttribute("viewBox", "0 0 24 24");
add(icon, "path", "", SVG).setAttribute("d", settings.icon);
if (words.label) add(launcher, "span", words.label);
export const box = add(root, "section");
launcher.part = "launcher";
export const failure = add(box, "p");
failure.role = "alert";

/** Show what is known now. */
export function draw() {
  const { visibility } = known.state;
  const isOpen = visibility === "maximized";
  launcher.ariaLabel = [
    isOpen ? words.close : words.open,
    words.label,
    widget.news,
  ].filter(Boolean).join(", ");
  launcher.ariaExpanded = isOpen;
  root.className = [
    visibility,
    widget.theme,
    options.position || settings.position,
    widget.isAlive && "alive",
    options.inline && "inline",
  ].join(" ");
}
