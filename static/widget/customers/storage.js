// What the browser keeps for the panel. It may refuse storage to a frame, or the customer may not
// have agreed to it yet: then what was kept lasts as long as the page.
import { mayStoreAndSend } from "./consent.js";

/** @type {Map<string, [StorageArea, string | null]>} */
const keptByPage = new Map();
const suffix = `:${document.documentElement.dataset.widget}:`;

document.addEventListener("agreed", () => {
  for (const [key, [area, value]] of keptByPage) writeStorage(area, key, value);
});

/**
 * @param {StorageArea} area
 * @param {string} key
 */
export function readStorage(area, key) {
  const [, kept = null] = keptByPage.get(key) ?? [];
  try {
    return (!mayStoreAndSend() && kept) || window[area].getItem(key);
  } catch {
    return kept;
  }
}

/**
 * @param {StorageArea} area
 * @param {string} key
 * @param {string | null} value null: forget it
 */
export function writeStorage(area, key, value) {
  keptByPage.set(key, [area, value]);
  try {
    if (value === null) window[area].removeItem(key);
    else if (mayStoreAndSend()) window[area].setItem(key, value);
  } catch {
    return;
  }
}

/** All that is kept for this widget's panel. */
export function forgetAll() {
  for (const area of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      for (const key of Object.keys(window[area])) {
        if (`${key}:`.includes(suffix)) writeStorage(area, key, null);
      }
    } catch {
      return;
    }
  }
}
