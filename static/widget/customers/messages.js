// Everything that leaves a script of the panel: to the website's page, to the server by the
// socket, and to the panel's other scripts. docs/browser-messages.md lists it all.

/**
 * Tell the panel's other scripts; they listen on the document.
 * @template {keyof PanelEvents} Name
 * @param {Name} name
 * @param {PanelEvents[Name]} [detail]
 */
export function announce(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/**
 * Tell the page around the panel.
 * @param {MessageToHost} message
 */
export function tellHost(message) {
  announce("tell-host", message);
}

/**
 * Tell the server, if the socket is open.
 * @param {MessageToServer} message
 */
export function tellServer(message) {
  announce("tell-server", message);
}

/**
 * Have the website hear an event of LiveChat's host-page API.
 * @param {string} name
 * @param {unknown} data
 */
export function emit(name, data) {
  tellHost({ chat: "event", name, data });
}

/**
 * An id for what the customer sends, so that sending it again doubles nothing. Not by
 * `crypto.randomUUID`, which pages on plain http lack.
 */
export function newId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
