// Scripts and styles that are fetched when they are first needed, each once; one that does not come
// is asked for again.
const AGAIN = 2000; // ms

/** @type {Map<string, Promise<unknown>>} */
const needed = new Map(); // by address

/** @param {string} address of a script, or of a style */
export function need(address) {
  if (!needed.has(address)) needed.set(address, bring(address));
  return needed.get(address);
}

/**
 * @param {string} address
 * @returns {Promise<unknown>}
 */
function bring(address) {
  const isStyle = address.includes(".css");
  const element = document.createElement(isStyle ? "link" : "script");
  Object.assign(element, isStyle ? { rel: "stylesheet", href: address } : { src: address });
  return new Promise((resolve) => {
    element.onload = resolve;
    element.onerror = () => {
      element.remove();
      setTimeout(() => resolve(bring(address)), AGAIN);
    };
    document.head.append(element);
  });
}
