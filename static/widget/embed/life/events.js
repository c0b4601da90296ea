// What the website hears: events of `window`, so that a handler that throws stops no other.
import { known } from "./known.js";
import { later, signal } from "./life.js";

const listeners = new WeakMap(); // of the page's handlers
/** @type {boolean | undefined} */
let isReady; // the page has been told so
let replaced = 0; // handlers that were told and taken off: React takes a new one at each render

const readiness = () => ({
  state: { ...known.state },
  customerData: { ...known.customer_data },
});

/**
 * @param {string} name
 * @param {unknown} detail
 */
export function emit(name, detail) {
  dispatchEvent(new CustomEvent(`livechat:${name}`, { detail }));
}

/**
 * @param {string} name
 * @param {(detail: any) => void} handler
 * @param {boolean} [once]
 * @returns {any}
 */
export function subscribe(name, handler, once) {
  if (name === "ready" && isReady) return replaced ? replaced-- : handler(readiness());
  const listener = listeners.get(handler) || ((/** @type {CustomEvent} */ event) => handler(event.detail));
  listeners.set(handler, listener);
  addEventListener(`livechat:${name}`, listener, { once, signal });
}

/**
 * @param {string} name
 * @param {(detail: any) => void} handler
 */
export function unsubscribe(name, handler) {
  if (name === "ready" && isReady) replaced++;
  removeEventListener(`livechat:${name}`, listeners.get(handler));
}

export function beReady() {
  later(() => {
    isReady = true;
    emit("ready", readiness());
  });
}
