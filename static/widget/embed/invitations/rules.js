// When an invitation may come. All of it is decided here: nobody is asked, and nothing is stored.
import { launcher } from "../beside/cards.js";
import { mayCome, notes } from "./notes.js";

const { known } = widget;
const isPhone = Math.min(innerWidth, screen.width) <= 480;
const otherVisitor = widget.token || Object.keys(notes()).length ? "new" : "returning";

/**
 * On this page, since when (ms), how far (percent), and whether the pointer has left.
 * @type {{ since: number, scrolled: number, isLeaving: boolean }}
 */
export let here;

export function begin(since = performance.now()) {
  here = { since, scrolled: 0, isLeaving: false };
}
begin(0);

export const seconds = () => (performance.now() - here.since) / 1000;

/** The pages of this visit in this tab, as far as the browser tells. */
const pageCount = () =>
  window.navigation?.entries?.().length
  || (document.referrer.startsWith(`${location.origin}/`) ? 2 : 1);

/**
 * As numbers, if the rule has one: what is none, or is not told, is unlike it, but not below.
 * @param {any[]} rule Of strings.
 */
function holds([name, comparison, wanted]) {
  /** @type {any} */
  let told = String(widget.values?.[name] ?? "").trim() || NaN;
  if (!isNaN(wanted)) {
    told = +told;
    wanted = +wanted;
  }
  const found = told < wanted ? "<" : told > wanted ? ">" : told === wanted && "=";
  return comparison === "!=" ? found !== "=" : comparison.includes(`${found}`);
}

/** What a rule does not say is undefined, which nothing is below. @param {ShownInvitation} rule */
export const fits = (rule) =>
  !(seconds() < rule.seconds)
  && !(here.scrolled < rule.scroll)
  && (!rule.leaving || here.isLeaving)
  && RegExp(rule.pages).test(location.pathname)
  && !(pageCount() < rule.page_count)
  && rule.visitor !== otherVisitor
  && (!rule.campaign || new URLSearchParams(location.search).get(rule.campaign[0]) === rule.campaign[1])
  && (!rule.device || (rule.device === "phone") === isPhone)
  && (rule.values || []).every(holds)
  && mayStay(rule);

/** It goes when they come or go whom it speaks of. @param {ShownInvitation} rule */
export const mayStay = (rule) =>
  (!rule.availability || rule.availability === known.state.availability) && mayCome(rule);

/** Not to those in a chat (or who may be, until it is known) and not without a launcher. */
export const isTaken = () =>
  known.state.visibility !== "minimized"
  || known.customer_data.status !== "browsing"
  || (widget.token && !known.customer_data.id)
  || !launcher.checkVisibility();
