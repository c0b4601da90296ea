// LiveChat's older LC_API lives in a file of its own, fetched when the page first touches it.
// What is called until it is there waits in `_q`.
import { home } from "./tag.js";

/** @param {any} api The page's own object, or a new one. */
function bringOlderApi(api) {
  api._q ||= [];
  const value = new Proxy(api, {
    get: (_, /** @type {any} */ name) => api[name] ??
      (api._q && name.match?.(/^(?!on_).+_/)
        ? (/** @type {any[]} */ ...args) => { api._q.push([name, args]); }
        : undefined),
  });
  Object.defineProperty(window, "LC_API", { value, writable: true });
  import(`${home}lc_api.js?${settings.version}`);
  return value;
}

export function offerOlderApi() {
  if (window.LC_API) bringOlderApi(window.LC_API);
  else {
    Object.defineProperty(window, "LC_API", {
      configurable: true,
      get: () => bringOlderApi({}),
      set: bringOlderApi,
    });
  }
}
