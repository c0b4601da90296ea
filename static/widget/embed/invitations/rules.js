// When an invitation may come. All of it is decided here: nobody is asked, and nothing is stored.
import { launcher } from "../beside/cards.js";
import { mayCome, notes } from "./notes.js";

const { known } = widget;
const isPhone = Math.min(innerWidth, screen.width) <= 480;
const isReturning = !!widget.token || Object.keys(notes("localStorage")).length > 0;
const comesFromHere = document.referrer.startsWith(`${location.origin}/`);

/** On this page, since when (ms), how far (percent), and whether the pointer has left. */
export let here = { since: 0, scrolled: 0, isLeaving: false };

export function begin() {
  here = { since: performance.now(), scrolled: 0, isLeaving: false };
}

export const seconds = () => (performance.now() - here.since) / 1000;

/** The pages of this visit in this tab, as far as the browser tells. */
const pageCount = () => window.navigation?.entries?.().length || (comesFromHere ? 2 : 1);

/** As numbers, if both are. @param {string[]} rule */
function holds([name, comparison, wanted]) {
  const given = String(widget.values?.[name] ?? "");
  const numbers = [given || NaN, wanted].map(Number);
  const [one, other] = numbers.some(isNaN) ? [given, wanted] : numbers;
  const found = one < other ? "<" : one > other ? ">" : "=";
  return comparison === "!=" ? found !== "=" : comparison.includes(found);
}

/** What a rule does not say is undefined, which nothing is below. @param {ShownInvitation} rule */
export const fits = (rule) =>
  !(seconds() < rule.seconds)
  && !(here.scrolled < rule.scroll)
  && (!rule.leaving || here.isLeaving)
  && RegExp(rule.pages).test(location.pathname)
  && !(pageCount() < rule.page_count)
  && (!rule.visitor || (rule.visitor === "returning") === isReturning)
  && (!rule.campaign || new URLSearchParams(location.search).get(rule.campaign[0]) === rule.campaign[1])
  && (!rule.device || (rule.device === "phone") === isPhone)
  && (!rule.availability || rule.availability === known.state.availability)
  && (rule.values || []).every(holds)
  && mayCome(rule);

/** Not to who is in a chat (or may be, as long as it is not known) and not without a launcher. */
export const isTaken = () =>
  known.customer_data.status !== "browsing"
  || (widget.token && !known.customer_data.id)
  || known.state.visibility !== "minimized"
  || !launcher.checkVisibility();
