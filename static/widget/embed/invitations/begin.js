// One invitation for a page at most: the first whose rules hold. Of several windows, it stands in the
// one where it came last.
import { dismissCard, hideCard, showCard } from "../beside/cards.js";
import { NOTES_KEY, noteDismissal } from "./notes.js";
import { begin, fits, here, isTaken, mayStay, seconds } from "./rules.js";
import { variantOf } from "./variants.js";

const { invitations, dismiss } = settings;

/** @type {ShownInvitation | null | undefined} */
let shown;
let variant = "a";
/** @type {BroadcastChannel | undefined} */
let windows;
let { pathname } = location;

/** By an import, because the website's policy allows us nothing else. @param {string} what */
function count(what) {
  const { id, name } = shown;
  widget.emit(`invitation_${what}`, { id, name, variant });
  return import(`${widget.home}invited.js?id=${id}&variant=${variant}&what=${what}&at=${Date.now()}`)
    .catch(() => {});
}

/** What stands goes when a chat begins, when another tab has dismissed it, or when it is not true any more. */
function look() {
  if (shown && (isTaken() || !mayStay(shown))) hideCard(shown.id);
  if (shown || document.hidden || isTaken() || !(shown = invitations.find(fits))) return;
  const { id, a, b, face, chat, no, link, link_label } = shown;
  variant = variantOf(shown);
  /** @type {BesideCard} */
  const card = {
    id,
    face,
    text: variant === "a" ? a : b,
    dismiss,
    dismissed() {
      noteDismissal(id);
      count("dismissed");
    },
    buttons: [
      [chat, () => accept(card)],
      [link_label, () => {
        hideCard(id);
        new Promise((/** @type {(value?: unknown) => void} */ leave) => {
          count("accepted").then(leave); // which leaving would end
          widget.later(leave, 1000);
        }).then(() => (location.href = link));
      }],
      [no, () => dismissCard(card)],
    ],
  };
  showCard(card);
  tellWindows();
  count("shown");
}

function tellWindows() {
  const since = performance.timeOrigin + performance.now();
  leaveWindows();
  try {
    windows = new BroadcastChannel(NOTES_KEY);
    windows.onmessage = ({ data }) => data > since && shown && hideCard(shown.id);
    windows.postMessage(since);
  } catch {
    return; // refused, as storage may be
  }
}

/** Browsers may not keep a page with an open channel for whoever goes back to it. */
function leaveWindows() {
  windows?.close();
}

/** @param {BesideCard} card */
function accept({ id, text, face }) {
  hideCard(id);
  widget.invitation = { id, variant, text, face };
  widget.draft = shown.words;
  window.LiveChatWidget.call("update_session_variables", {
    invitation: `${shown.name} (${variant})`,
    invitation_text: text,
    invitation_page: location.href,
  });
  widget.show("maximized", true);
  count("accepted");
}

function wait() {
  for (const rule of invitations) widget.later(look, (rule.seconds - seconds()) * 1000 + 5 || 0);
}

/** On another page of a website that loads none, what stands may come again, as on any other. */
function move() {
  if (pathname === (pathname = location.pathname)) return;
  if (shown) hideCard(shown.id);
  shown = null;
  begin();
  wait();
}

/** Who had scrolled before this was loaded need not scroll again. */
function scroll() {
  const seen = (scrollY + innerHeight) / document.documentElement.scrollHeight * 100;
  if (scrollY) here.scrolled = Math.max(here.scrolled, seen);
  look();
}

addEventListener("pagehide", leaveWindows);
widget.listen(window, "scroll", scroll);
widget.listen(document, "mouseleave", ({ clientY }) => {
  here.isLeaving = clientY <= 0;
  look();
});
for (const name of [
  "livechat:set_page_values",
  "livechat:customer_status_changed",
  "livechat:availability_changed",
  "livechat:visibility_changed",
  "visibilitychange",
  "storage",
]) widget.listen(window, name, look);
if (window.navigation?.currentEntry) widget.listen(window.navigation, "currententrychange", move);
else widget.listen(window, "popstate", move);
scroll();
wait();
