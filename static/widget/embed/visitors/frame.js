// The hidden frame by which the visitor is known: it is of the chat's own origin, and so is all that
// it speaks to. What it says and hears is in ../../messages.d.ts.
const server = widget.home.split("/", 3).join("/");
const LONGEST_PAGE = 3500; // characters of an address or a title: visits.py
const SETTLE = 300; // ms a page gets to change its title after its address
const BURST = 50; // ms: a page may set one value after the other

let previousUrl = document.referrer;
let { href } = location;
/** @type {number | undefined} */
let settling;
/** @type {number | undefined} */
let telling;
let person = 0; // how often somebody else has come: a token on its way to the one before is nobody's

/** Its source is there before it is, or it would leave an entry in the history. @param {string} [picture] */
export function makeFrame(picture = "") {
  const made = /** @type {HTMLIFrameElement} */ (
    document.createElementNS(widget.root.namespaceURI, "iframe"));
  made.src = `${widget.home}visitor${picture}`;
  made.tabIndex = -1;
  return made;
}

const frame = makeFrame();
frame.style.display = "none";

/** @param {VisitorMessage} message */
export function tell(message) {
  frame.contentWindow?.postMessage(message, server);
}

const about = () => {
  const { name, email, sessionVariables } = widget.known.customer_data;
  return { name, email, session: sessionVariables };
};

/** The title without the number of unread messages. */
const whereabouts = () => ({
  url: href.slice(0, LONGEST_PAGE),
  title: document.title.replace(/^\(\d+\) /, "").slice(0, LONGEST_PAGE),
  referrer: previousUrl.slice(0, LONGEST_PAGE),
});

/** Whoever withdraws has withdrawn, though the script that does it may be on its way. */
const mayBeKnown = () => widget.mayStore() && !widget.said?.includes(false);

export function helloSomebodyElse() {
  person += 1;
  hello();
}

export function hello() {
  if (!mayBeKnown()) return tell({ chat: "leave" });
  const token = widget.storage("localStorage"); // another tab may have one
  if (token !== undefined) widget.token = token;
  const group = parseInt(widget.configured.group, 10);
  tell({
    chat: "hello",
    token: widget.token,
    identity: widget.identity,
    person,
    page: whereabouts(),
    language: widget.language,
    customer: about(),
    group: group >= 0 ? group : undefined,
    consent: widget.consent && { version: widget.consent, at: widget.consentedAt },
  });
}

/** Where there is a panel, it says so itself: here and below. */
function move() {
  clearTimeout(settling);
  settling = widget.later(() => {
    if (href !== location.href) [previousUrl, href] = [href, location.href];
    if (!widget.isAlive) tell({ chat: "page", page: whereabouts() });
  }, SETTLE);
}

export function tellCustomer() {
  clearTimeout(telling);
  telling = widget.later(() => {
    if (!widget.isAlive) tell({ chat: "customer", customer: about() });
  }, BURST);
}

/** @param {(news: VisitorNews) => void} hear */
export function begin(hear) {
  /** @type {{ [Name in keyof VisitorToPageMessages]: (message: VisitorToPageMessages[Name]) => void }} */
  const messages = {
    ready: hello,
    token({ token, person: asker = person }) { // an older frame does not say who has asked
      if (asker !== person || !mayBeKnown()) return; // the frame erases who withdraws before this
      widget.token = token;
      widget.storage("localStorage", token);
      hello();
      widget.hello?.();
    },
    visitor: hear,
  };
  widget.listen(window, "message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== server || !data) return;
    if (Object.hasOwn(messages, data.chat)) {
      /** @type {(message: any) => void} */ (messages[/** @type {keyof VisitorToPageMessages} */ (data.chat)])(data);
    }
  });
  // The panel looks as well, but may do so after we have taken note of it.
  widget.listen(window, "storage", ({ key, newValue }) => {
    if (!key?.endsWith(`:${settings.key}`)) return;
    if (newValue) hello();
    else {
      widget.identity = null; // they logged out there
      helloSomebodyElse();
    }
    widget.hello?.();
  });
  if (window.navigation?.currentEntry) widget.listen(window.navigation, "currententrychange", move);
  else widget.listen(window, "popstate", move);
  widget.listen(window, "livechat:consent_changed", helloSomebodyElse);
  widget.root.append(frame);
}
