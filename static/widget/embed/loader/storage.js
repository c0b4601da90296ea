// What the browser keeps for us, on the website's origin: an entry in each area.

export const STORAGE_KEY = `livechat-widget:${settings.key}`;

/**
 * Keep a value, forget it (null), and return what is kept.
 * Browsers may refuse storage: then it is undefined, and everything lasts as long as the page.
 * @param {"localStorage" | "sessionStorage"} area
 * @param {string | null} [value]
 * @param {string} [key]
 */
export function storage(area, value, key = STORAGE_KEY) {
  try {
    const kept = window[area];
    if (value) kept.setItem(key, value);
    else if (value === null) kept.removeItem(key);
    return kept.getItem(key);
  } catch {
    return undefined;
  }
}
