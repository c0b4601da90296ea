// Whether the server can be reached, and what waits until it can: an act of the customer that
// failed for want of a connection goes again by itself, as often as it takes.
import { announce } from "./messages.js";

const root = document.documentElement;
const FIRST_PAUSE = 1000; // ms between two tries; it doubles
const LONGEST_PAUSE = 15000; // ms
const AWAY = [502, 503, 504]; // a proxy says these while our server is away
const MOST_WHILE_LIVE = 3; // failures of one act although the connection stands
let person = new AbortController(); // whose acts these are: another one must not do them

addEventListener("offline", lose);
addEventListener("online", () => (root.dataset.live === "closed" ? reach() : lose()));
document.addEventListener("somebody-else", () => {
  person.abort();
  person = new AbortController();
});
if (!navigator.onLine) lose();

/** Something has come through. */
export function reach() {
  delete root.dataset.network;
  announce("reached");
}

/** Something did not come through; the browser may know why. */
export function lose() {
  root.dataset.network = navigator.onLine ? "lost" : "offline";
}

/**
 * The answer of the server, however long it takes to reach it.
 * @param {(signal: AbortSignal, tries: number) => Promise<Response>} attempt
 * @param {number} patience ms that one try may take
 * @param {AbortSignal} [signal] ends it all
 */
export async function deliver(attempt, patience, signal) {
  const ends = AbortSignal.any([person.signal, signal].filter(Boolean));
  let failures = 0;
  for (let tries = 0; ; tries += 1) {
    const response = await tryOnce((watched) => attempt(watched, tries), patience, ends);
    if (response) return response;
    // A browser without a network does not close the socket: nothing can be told from that.
    if (root.dataset.live === "open" && navigator.onLine) failures += 1;
    if (failures >= MOST_WHILE_LIVE) throw new TypeError("Not delivered");
    await pause(Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE), ends);
  }
}

/**
 * The answer, null if there is none. What has been read of an answer is not timed.
 * @param {(signal: AbortSignal) => Promise<Response>} attempt
 * @param {number} patience
 * @param {AbortSignal} ends
 */
async function tryOnce(attempt, patience, ends) {
  const watch = new AbortController();
  const timer = setTimeout(() => watch.abort(), patience);
  try {
    const response = await attempt(AbortSignal.any([ends, watch.signal]));
    if (!AWAY.includes(response.status)) {
      reach();
      return response;
    }
  } catch (error) {
    if (ends.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  lose();
  return null;
}

/**
 * So long, or until something came through.
 * @param {number} length ms
 * @param {AbortSignal} ends
 */
function pause(length, ends) {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const { signal } = over;
    const timer = setTimeout(go, length);
    document.addEventListener("reached", go, { signal });
    addEventListener("online", go, { signal });
    ends.addEventListener("abort", () => go(reject(ends.reason)), { signal });

    /** @param {unknown} _reason */
    function go(_reason) {
      over.abort();
      clearTimeout(timer);
      resolve(null);
    }
  });
}
