// The website says what its visitor has agreed to, or no longer.
import { agree } from "./keep.js";

/** All that it has said until now, whichever of our scripts comes first. */
export function heedAll() {
  while (said.length) heed(said.shift());
}

/** A website may say so on each of its pages: only what is news counts. @param {boolean} agrees */
function heed(agrees) {
  if (!agrees) {
    if (widget.consent || widget.token || widget.leaving) withdrawConsent();
  } else if (widget.consent !== CONSENT) agree({ version: CONSENT, at: new Date().toISOString() });
}

/** As the customer leaves the chat, but the server erases them, and they may come back. */
function withdrawConsent() {
  const { identity, token } = widget;
  widget.forget = Boolean(token || widget.leaving);
  agree(null);
  widget.token = token; // who is to be erased: a panel that is greeted looks at what is stored
  window.LiveChatWidget.call("logout");
  widget.identity = identity;
}
