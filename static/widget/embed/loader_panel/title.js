// How many messages are unread: on the launcher, in the page's title, and told to the page.

import { showBadge } from "./launcher.js";

// Not `document.title`: an image or a form with that name would stand for it.
const titleOfDocument = Object.getOwnPropertyDescriptor(Document.prototype, "title");
let prefix = "";

/** The page's title without our number. */
export function pageTitle() {
  const shown = titleOfDocument.get.call(document);
  return shown.startsWith(prefix) ? shown.slice(prefix.length) : shown;
}

/** @param {number} unread */
export function showUnread(unread) {
  const plain = pageTitle();
  prefix = unread ? `(${unread}) ` : "";
  if (titleOfDocument.get.call(document) !== prefix + plain) {
    titleOfDocument.set.call(document, prefix + plain);
  }
  if (unread === widget.unread) return;
  widget.unread = unread;
  widget.news = unread && WORDS.unread.replace("%", `${unread}`);
  showBadge(unread);
  widget.draw();
  widget.emit("unread_count_changed", { count: unread });
}
