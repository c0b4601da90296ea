// The newest unread messages as words beside the launcher. What was dismissed in one tab is in all.
import { hideCard, showCard } from "../beside/cards.js";
import { post } from "./frame.js";

const UNREAD_KEY = `livechat-widget:${widget.home.split("/").at(-2)}:unread`;

/** @type {string[]} */
let standing = []; // by the ids of their elements in the panel
/** @type {string[]} */
let waved = readDismissed();

/** @returns {string[]} */
function readDismissed() {
  try {
    return JSON.parse(localStorage.getItem(UNREAD_KEY)) || [];
  } catch {
    return [];
  }
}

/** Only what is unread still is worth a note. @param {string[]} ids */
function note(ids) {
  if (ids.join() === waved.join()) return;
  waved = ids;
  try {
    if (ids.length) localStorage.setItem(UNREAD_KEY, JSON.stringify(ids));
    else localStorage.removeItem(UNREAD_KEY);
  } catch {
    return; // then it lasts as long as the page
  }
}

/**
 * @param {UnreadMessage[]} messages
 * @param {string} dismiss What closing one is called.
 */
export function showMessages(messages, dismiss) {
  const ids = messages.map(({ id }) => id);
  note(waved.filter((id) => ids.includes(id)));
  for (const id of standing) if (!ids.includes(id)) hideCard(id);
  for (const message of messages) {
    const { id } = message;
    if (standing.includes(id) || waved.includes(id)) continue;
    const open = () => openAt(id);
    showCard({ ...message, dismiss, open, dismissed: () => note([...waved, id]), buttons: [] });
  }
  standing = ids;
}

/** @param {string} event */
function openAt(event) {
  widget.show("maximized", true);
  post({ chat: "reveal", event });
}

widget.listen(window, "storage", ({ key }) => {
  if (key !== UNREAD_KEY) return;
  waved = readDismissed();
  waved.forEach(hideCard);
});
