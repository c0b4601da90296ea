// The panel's iframe, and the way to it.
const server = widget.home.split("/", 3).join("/"); // its origin

/** @type {HTMLIFrameElement} */
let frame;
/** @type {boolean | undefined} */
let isListening; // it has said so, but may not have drawn anything yet

export const isOpen = () => widget.known.state.visibility === "maximized";

/** It may have said that it is there before we listened: so it is asked to. */
export function load() {
  frame = widget.frame;
  isListening = false;
  widget.heard = 0;
  frame.id = "chat-widget";
  /** @type {HTMLElement} */ (frame.parentNode).part = "panel";
  frame.title = WORDS.title;
  frame.contentWindow.postMessage({ chat: "here" }, "*");
}

export function listens() {
  isListening = true;
}

export function leave() {
  frame.remove();
  widget.isAlive = isListening = false;
}

/** @param {MessageToPanel} message */
export function post(message) {
  if (widget.isAlive) frame.contentWindow.postMessage(message, server);
}

/** What it may hear before it has drawn anything. @param {() => MessageToPanel} message */
export function postEarly(message) {
  if (isListening) frame.contentWindow.postMessage(message(), server);
}

/** @param {MessageEvent} event */
export const isFromPanel = ({ source, origin }) =>
  source === frame.contentWindow && origin === server;

/** The focus follows a customer who opened the chat, unless it has gone elsewhere meanwhile. */
export function showPanel() {
  const focus = isOpen() && widget.opener === document.activeElement;
  if (focus && widget.isAlive) frame.focus();
  post({ chat: "visible", visible: isOpen(), focus });
}
