// One life of the widget, from `init` to `destroy`: these files run anew for each.

export const life = new AbortController();
export const { signal } = life;

/** @type {(() => void)[]} */
const additions = [];

/**
 * Hear an event until the end, and before anybody on the page can stop it.
 * @param {EventTarget} target
 * @param {string} name
 * @param {(event: any) => void} handler
 */
export function listen(target, name, handler) {
  const add = () => target.addEventListener(name, handler, { signal, capture: true });
  additions.push(add);
  add();
}

/** `document.open()` takes all listeners off. What still listens is not added twice. */
export const listenAgain = () => additions.forEach((add) => add());

/**
 * @param {() => void} action Not done if the widget has been destroyed by then.
 * @param {number} [delay] in ms
 */
export const later = (action, delay) => setTimeout(() => signal.aborted || action(), delay);
