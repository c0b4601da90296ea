// What was dismissed, and when: the only thing that is kept, and only then. Browsers may refuse.
export const NOTES_KEY = `livechat-widget:${settings.key}:dismissed`;
const DAY = 86400000; // ms
const VISIT = 1 / 48; // days, in which what another tab noted is of this visit

/**
 * What is noted there, with one note more if there is one.
 * @param {StorageArea} [area]
 * @param {Record<string, any>} [more]
 * @returns {Record<string, any>}
 */
export function notes(area = "localStorage", more) {
  try {
    const kept = { ...JSON.parse(window[area].getItem(NOTES_KEY)), ...more };
    if (more && widget.mayStore()) window[area].setItem(NOTES_KEY, JSON.stringify(kept));
    return kept;
  } catch {
    return {};
  }
}

/** @param {number} time */
const dayOf = (time) => new Date(time).toDateString();

/** How often it was dismissed on this day. @param {any} note */
const countToday = (note) => (note && dayOf(note.at) === dayOf(Date.now()) ? note.count : 0);

/** @param {string} id */
export function noteDismissal(id) {
  const note = { [id]: { at: Date.now(), count: countToday(notes()[id]) + 1 } };
  notes("localStorage", note);
  notes("sessionStorage", note);
}

/**
 * Whether it may come again. A note of the future is of a clock that was wrong.
 * @param {ShownInvitation} invitation
 */
export function mayCome({ id, days, a_day }) {
  const note = notes()[id];
  return !(notes("sessionStorage")[id]
    || Math.abs(Date.now() - note?.at) < (days || VISIT) * DAY
    || countToday(note) >= a_day);
}
