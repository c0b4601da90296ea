// Words beside the launcher: an invitation, or messages that nobody has read. They are announced
// politely and never take the focus.
const { add, root: place } = widget;
export const launcher = /** @type {HTMLElement} */ (place.firstElementChild);

/** @type {Map<string, BesideCard>} */
const cards = new Map();

let aside = place.querySelector("output"); // of whichever script came first
if (!aside) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(BESIDE_CSS);
  widget.shadow.adoptedStyleSheets.push(sheet);
  aside = add(place, "output"); // a status: it speaks of what comes after it
}

/**
 * @param {BesideCard} card `act` of a button is called with its label.
 * @returns {HTMLElement} Where its words are.
 */
export function showCard(card) {
  const element = (card.element = add(aside, "div"));
  const face = add(element, "i", card.name?.[0]);
  if (card.face) {
    const picture = add(face, "img");
    picture.alt = "";
    picture.referrerPolicy = "no-referrer";
    picture.onerror = () => picture.remove(); // the website's policy may refuse it
    picture.src = card.face;
  }
  const body = add(element, "div");
  if (card.name) add(body, "strong", card.name);
  const words = add(body, card.open ? "button" : "p", card.text);
  words.dir = "auto";
  words.onclick = card.open;
  const actions = add(body, "hgroup");
  for (const [label, act] of card.buttons) if (label) add(actions, "button", label).onclick = act;
  const close = add(element, "button", "×");
  close.ariaLabel = card.dismiss + (card.name ? `, ${card.name}` : "");
  close.onclick = () => dismissCard(card);
  cards.set(card.id, card);
  return element;
}

/** @param {BesideCard} card */
export function dismissCard(card) {
  hideCard(card.id);
  card.dismissed();
}

/** Who was in it is not lost with it. @param {string} id */
export function hideCard(id) {
  const element = cards.get(id)?.element;
  if (element?.matches(":focus-within")) launcher.focus();
  element?.remove();
  cards.delete(id);
}

widget.listen(window, "keydown", ({ key, target }) => {
  if (key !== "Escape" || ![document.body, widget.shadow.host].includes(target)) return;
  cards.forEach(dismissCard);
});
