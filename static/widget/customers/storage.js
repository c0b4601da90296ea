// What the browser keeps for the panel. It may refuse storage to a frame: then what was kept lasts
// as long as the page.

/** @type {Record<string, string | null>} */
const keptByPage = {};

/**
 * @param {StorageArea} area
 * @param {string} key
 */
export function readStorage(area, key) {
  try {
    return window[area].getItem(key);
  } catch {
    return keptByPage[key] ?? null;
  }
}

/**
 * @param {StorageArea} area
 * @param {string} key
 * @param {string | null} value null: forget it
 */
export function writeStorage(area, key, value) {
  keptByPage[key] = value;
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    return;
  }
}
