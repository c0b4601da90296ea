// The panel begins: its style, its iframe, and what the first half of the loader may do with it.
import { hello, tellCustomer, tellDraft, tellReason } from "./customer.js";
import { leave, load, post, showPanel } from "./frame.js";
import { holdPage } from "./screen.js";
import { showUnread } from "./title.js";
import { showMessages } from "./unread.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(PANEL_CSS);
widget.shadow.adoptedStyleSheets.push(sheet);

const { organizationId = ORGANIZATION } = widget.configured;
if (organizationId !== ORGANIZATION) {
  console.error(`[LiveChatWidget] ${organizationId} is not ${ORGANIZATION}.`);
}
load();
holdPage();
widget.hello = hello;
widget.signal.addEventListener("abort", () => showUnread(0));

/** @type {LoaderPanel} */
export const panel = {
  post,
  hello,
  load,
  customer: tellCustomer,
  draft: tellDraft,
  unload() {
    leave();
    showUnread(0);
    showMessages([], "");
    widget.draw();
  },
  shown() {
    holdPage();
    showPanel();
    tellReason();
    tellDraft();
  },
};
