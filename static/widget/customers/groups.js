// Messages that belong together stand together, and each day begins with its name. Only what
// changed is looked at, and what follows it: a history may be long.
const log = document.getElementById("log");
const threads = document.getElementById("threads");
const pending = document.getElementById("pending");
const DAY = 24 * 60 * 60 * 1000; // ms
const TOGETHER = 5 * 60 * 1000; // ms

new MutationObserver((changes) => {
  const changed = new Set(changes.flatMap(changedPlaces));
  const events = new Set([...changed].flatMap(eventsOf));
  for (const event of [...events]) events.add(nextEvent(event));
  events.delete(null);
  events.forEach(arrange);
  arrangePending();
}).observe(threads, { childList: true, subtree: true });
if (pending) new MutationObserver(arrangePending).observe(pending, { childList: true });

/** What is on its way stands where it will stand: as if it had been said now. */
function arrangePending() {
  let previous = [...threads.querySelectorAll(".event")].at(-1);
  for (const bubble of /** @type {Iterable<HTMLElement>} */ (pending?.children ?? [])) {
    bubble.dataset.at ??= new Date().toISOString();
    bubble.dataset.by = document.getElementById("state")?.dataset.customer ?? "";
    bubble.dataset.day = isSameDay(bubble, previous) ? previous.dataset.day : log.dataset.today;
    arrangeAfter(bubble, previous);
    previous = bubble;
  }
}

/**
 * On the customer's clock, as the server has it.
 * @param {HTMLElement} bubble
 * @param {HTMLElement} [previous]
 */
function isSameDay(bubble, previous) {
  const [day, last] = [bubble, previous].map((event) => new Date(event?.dataset.at).toDateString());
  return day === last;
}

/**
 * @param {MutationRecord} change
 * @returns {Node[]}
 */
function changedPlaces({ target, addedNodes, removedNodes }) {
  if (removedNodes.length) return [target];
  return [...addedNodes, /** @type {Element} */ (target).closest(".event") ?? []].flat();
}

/**
 * @param {Node} place
 * @returns {HTMLElement[]}
 */
function eventsOf(place) {
  if (!(place instanceof Element)) return [];
  const event = place.closest(".event");
  return event ? [event] : [...place.querySelectorAll(".event")];
}

/** @param {HTMLElement} event */
function arrange(event) {
  arrangeAfter(event, previousEvent(event));
}

/**
 * @param {HTMLElement} event
 * @param {HTMLElement | null} [previous]
 */
function arrangeAfter(event, previous) {
  const startsDay = event.dataset.day !== previous?.dataset.day;
  if (startsDay) event.dataset.startsDay = dayInWords(event);
  else delete event.dataset.startsDay;
  event.classList.toggle("continues", !startsDay && belongTogether(event, previous));
}

// A page may stay open over midnight.
document.addEventListener("visibilitychange", () => {
  for (const event of threads.querySelectorAll("[data-starts-day]")) {
    event.dataset.startsDay = dayInWords(event);
  }
});

/** @param {HTMLElement} event */
function dayInWords({ dataset }) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.round((midnight - new Date(dataset.at).setHours(0, 0, 0, 0)) / DAY);
  return [log.dataset.today, log.dataset.yesterday][days] ?? dataset.day;
}

/**
 * @param {HTMLElement} event
 * @returns {HTMLElement | null}
 */
function nextEvent(event) {
  let thread = event.parentElement?.nextElementSibling;
  while (thread && !thread.firstElementChild) thread = thread.nextElementSibling;
  return event.nextElementSibling ?? thread?.firstElementChild ?? null;
}

/**
 * Before the first event of a thread stands the last one of the thread before.
 * @param {HTMLElement} event
 * @returns {HTMLElement | null}
 */
function previousEvent(event) {
  let thread = event.parentElement?.previousElementSibling;
  while (thread && !thread.lastElementChild) thread = thread.previousElementSibling;
  return event.previousElementSibling ?? thread?.lastElementChild ?? null;
}

/**
 * @param {HTMLElement} event
 * @param {HTMLElement} previous
 */
function belongTogether(event, previous) {
  return event.dataset.author !== "system"
    && event.dataset.author === previous.dataset.author
    && event.dataset.by === previous.dataset.by
    && Date.parse(event.dataset.at) - Date.parse(previous.dataset.at) < TOGETHER;
}
