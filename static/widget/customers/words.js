// What an event says in words alone: without what can be pressed in it, a picture by its description.

/**
 * @param {Element} event
 * @returns {string}
 */
export function wordsOf(event) {
  const said = /** @type {HTMLElement} */ (event.querySelector(":scope > :not(.by)").cloneNode(true));
  for (const extra of said.querySelectorAll("form, button, label, nav")) extra.remove();
  return said.textContent.trim() || said.querySelector("img")?.getAttribute("alt") || "…";
}
