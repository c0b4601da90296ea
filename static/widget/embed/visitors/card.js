// A greeting as a card beside the launcher. Its pictures stand in frames of ours, because the
// website's policy may allow none of LiveChat's.
import { hideCard, showCard } from "../beside/cards.js";
import { makeFrame } from "./frame.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(GREETING_CSS);
widget.shadow.adoptedStyleSheets.push(sheet);

/** @param {ShownPicture} picture */
function frameOf({ url, words = "", width, height }) {
  const hash = encodeURIComponent(JSON.stringify({ url, words }));
  const frame = makeFrame(`#${hash}`);
  frame.title = words;
  if (!words) frame.ariaHidden = "true";
  if (width && height) frame.style.aspectRatio = `${width} / ${height}`;
  return frame;
}

/**
 * @param {ShownGreeting} greeting
 * @param {() => void} dismissed
 * @param {(button?: GreetingButton) => void} press undefined: the button that replies
 * @returns How to take it away.
 */
export function drawGreeting({ uniqueId, name, face, cards, is_announcement }, dismissed, press) {
  const element = showCard({
    id: uniqueId, name, text: "", dismiss: settings.dismiss, dismissed, buttons: [],
  });
  const [circle, body] = element.children;
  if (face) circle.append(frameOf({ url: face }));
  if (is_announcement) element.className = "announcement";
  body.querySelectorAll("p,hgroup").forEach((empty) => empty.remove());
  for (const card of cards) addCard(body, card, press);
  if (!cards.some(({ buttons }) => buttons)) addButtons(body, [{ text: settings.reply }], () => press());
  return () => hideCard(uniqueId);
}

/**
 * @param {Element} body
 * @param {ShownCard} card
 * @param {(button: GreetingButton) => void} press
 */
function addCard(body, { title, text, picture, buttons = [] }, press) {
  if (picture) body.append(frameOf(picture));
  if (title) widget.add(body, "strong", title).dir = "auto";
  if (text) widget.add(body, "p", text).dir = "auto";
  addButtons(body, buttons, press);
}

/**
 * @template {{ text: string }} Button
 * @param {Element} body
 * @param {Button[]} buttons
 * @param {(button: Button) => void} press
 */
function addButtons(body, buttons, press) {
  if (!buttons.length) return;
  const actions = widget.add(body, "hgroup");
  for (const button of buttons) widget.add(actions, "button", button.text).onclick = () => press(button);
}
