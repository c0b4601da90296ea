// What the browser keeps for us, on the website's origin: one entry in each area.

const STORAGE_KEY = `livechat-widget:${settings.key}`;

/**
 * Keep a value, forget it (null), and return what is kept.
 * Browsers may refuse storage: then it is undefined, and everything lasts as long as the page.
 * @param {"localStorage" | "sessionStorage"} area
 * @param {string | null} [value]
 */
export function storage(area, value) {
  try {
    const kept = window[area];
    if (value) kept.setItem(STORAGE_KEY, value);
    else if (value === null) kept.removeItem(STORAGE_KEY);
    return kept.getItem(STORAGE_KEY);
  } catch {
    return undefined;
  }
}
