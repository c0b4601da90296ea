// The panel's iframe, and the way to it.
const server = widget.home.split("/", 3).join("/"); // its origin

/** @type {Window | undefined} */
let listener; // its window, once it has said so; it may not have drawn anything yet

const isListening = () => listener === widget.frame.contentWindow;

/** Not where the page has taken our element out; put back, the panel loads anew and says so. */
export const isAlive = () => (widget.isAlive &&= isListening());

export const isOpen = () => widget.known.state.visibility === "maximized";

/** It may have said that it is there before we listened: so it is asked to. */
export function load() {
  const { frame } = widget;
  widget.heard = 0;
  frame.id = "chat-widget";
  /** @type {HTMLElement} */ (frame.parentNode).part = "panel";
  frame.title = WORDS.title;
  frame.contentWindow?.postMessage({ chat: "here" }, "*");
}

export function listens() {
  widget.isAlive &&= isListening(); // else that was another
  listener = widget.frame.contentWindow;
}

export function leave() {
  widget.frame.remove();
  widget.isAlive = false;
}

/** @param {MessageToPanel} message */
export function post(message) {
  if (isAlive()) listener.postMessage(message, server);
}

/** What it may hear before it has drawn anything. @param {() => MessageToPanel} message */
export function postEarly(message) {
  if (isListening()) listener.postMessage(message(), server);
}

/** @param {MessageEvent} event */
export const isFromPanel = ({ source, origin }) =>
  source && source === widget.frame.contentWindow && origin === server;

/** The focus follows a customer who opened the chat, unless it has gone elsewhere meanwhile. */
export function showPanel() {
  const focus = isOpen() && widget.opener === document.activeElement;
  if (focus && isAlive()) widget.frame.focus();
  post({ chat: "visible", visible: isOpen(), focus });
}
