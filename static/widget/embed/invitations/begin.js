// One invitation for a page at most: the first whose rules hold.
import { dismissCard, hideCard, showCard } from "../beside/cards.js";
import { mayCome, noteDismissal } from "./notes.js";
import { begin, fits, here, isTaken, seconds } from "./rules.js";

const { invitations, dismiss } = settings;

/** @type {ShownInvitation | undefined} */
let shown;
let variant = "a";
let { href } = location;

/** By an import, because the website's policy allows us nothing else. @param {string} what */
function count(what) {
  const { id, name } = shown;
  const query = `id=${id}&variant=${variant}&what=${what}&at=${Date.now()}`;
  widget.emit(`invitation_${what}`, { id, name, variant });
  return import(`${widget.home}invited.js?${query}`).catch(() => {});
}

/** What stands goes when a chat begins, or when another tab has dismissed it. */
function look() {
  if (shown && (isTaken() || !mayCome(shown))) hideCard(shown.id);
  if (shown || document.hidden || isTaken() || !(shown = invitations.find(fits))) return;
  const { id, a, b, face, chat, no, link, link_label } = shown;
  variant = b && Math.random() < 0.5 ? "b" : "a";
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
      [link_label, () => count("accepted").then(() => (location.href = link))],
      [no, () => dismissCard(card)],
    ],
  };
  showCard(card);
  count("shown");
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

function move() {
  if (href === (href = location.href)) return;
  begin();
  wait();
}

/** Who had scrolled before this was loaded need not scroll again. */
function scroll() {
  const { scrollHeight } = document.documentElement;
  if (scrollY) here.scrolled = Math.max(here.scrolled, (scrollY + innerHeight) / scrollHeight * 100);
  look();
}

widget.listen(window, "scroll", scroll);
widget.listen(document, "mouseleave", ({ clientY }) => {
  here.isLeaving = clientY <= 0;
  look();
});
for (const name of ["set_page_values", "customer_status_changed", "availability_changed", "visibility_changed"]) {
  widget.listen(window, `livechat:${name}`, look);
}
for (const name of ["visibilitychange", "storage"]) widget.listen(window, name, look);
if (window.navigation?.currentEntry) widget.listen(window.navigation, "currententrychange", move);
else widget.listen(window, "popstate", move);
scroll();
wait();
