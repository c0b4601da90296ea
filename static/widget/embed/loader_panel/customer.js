// Who the customer is: what the page has told, and the token that all its tabs share.
import { isAlive, isOpen, post, postEarly } from "./frame.js";
import { cutCustomer, cutDraft } from "./limits.js";
import { whereabouts } from "./page.js";

const BURST = 50; // ms: a page may set one value after the other

/** @type {string | undefined} */
let lastTold; // a page may say the same at each of its renders: only a change is worth a message
/** @type {number | undefined} */
let telling;

/** `replace`: these variables and no others. */
const about = () => ({ ...cutCustomer(widget.known.customer_data), replace: widget.replace });

/** All that the panel needs to know at first, and again when somebody else uses it. */
export function hello() {
  postEarly(() => {
    isNews();
    delete widget.since;
    const customer = about();
    const { draft, invitation, press } = widget;
    lastTold = JSON.stringify(customer);
    widget.draft = widget.invitation = widget.press = null;
    return {
      chat: "hello",
      token: widget.token,
      heard: widget.heard,
      identity: widget.identity,
      page: whereabouts(),
      language: widget.language,
      customer,
      open: isOpen(),
      stays: Boolean(widget.options.inline),
      notifications: window.Notification?.permission,
      theme: widget.theme,
      draft: draft && cutDraft(draft),
      invitation,
      press,
      group: groupOfPage(),
      consent: widget.consent && { version: widget.consent, at: widget.consentedAt },
    };
  });
}

/** The group that the page wants for its customers, if it is a number as LiveChat's are. */
function groupOfPage() {
  const group = parseInt(widget.configured.group, 10);
  return group >= 0 ? group : undefined;
}

export function tellCustomer() {
  clearTimeout(telling);
  telling = widget.later(() => {
    const customer = about();
    if (lastTold === (lastTold = JSON.stringify(customer))) return;
    post({ chat: "customer", ...customer });
  }, BURST);
}

export function tellDraft() {
  if (!isAlive() || !widget.draft) return;
  post({ chat: "draft", text: cutDraft(widget.draft) });
  widget.draft = null;
}

/** What led here: an invitation of ours, or a button of LiveChat's greeting. */
export function tellReason() {
  if (!isAlive()) return;
  if (widget.invitation) post({ chat: "invitation", ...widget.invitation });
  if (widget.press) post({ chat: "press", button: widget.press });
  widget.invitation = widget.press = null;
}

/**
 * Another tab, or the page we went to and came back from, may have a new token or none: also before
 * there was a panel to hear of it.
 */
function isNews() {
  const token = widget.storage("localStorage");
  if (token === undefined || token === widget.token) return false;
  widget.token = token;
  if (!token && widget.since !== token) widget.identity = null; // they logged out there
  return true;
}

function readToken() {
  if (isNews()) hello();
}

widget.listen(window, "storage", readToken);
widget.listen(window, "pageshow", ({ persisted }) => persisted && readToken());
