// The website says what its visitor has agreed to, or no longer.
import { agree } from "./keep.js";

if (agrees) agree({ version: CONSENT, at: new Date().toISOString() });
else withdrawConsent();

/** As the customer leaves the chat, but the server erases them, and they may come back. */
function withdrawConsent() {
  const { identity } = widget;
  widget.forget = Boolean(widget.token);
  window.LiveChatWidget.call("logout");
  widget.identity = identity;
  agree(null);
}
