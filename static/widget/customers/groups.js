// Messages that belong together stand together, and each day begins with its name. Only what
// changed is looked at, and what follows it: a history may be long.
const threads = document.getElementById("threads");
const TOGETHER = 5 * 60 * 1000; // ms

new MutationObserver((changes) => {
  const changed = new Set(changes.flatMap(places));
  const events = new Set([...changed].flatMap(eventsOf));
  for (const event of [...events]) events.add(neighbour(event, "next", "first"));
  events.delete(null);
  events.forEach(arrange);
}).observe(threads, { childList: true, subtree: true });

function places({ target, addedNodes, removedNodes }) {
  return removedNodes.length ? [target] : [...addedNodes, target.closest(".event") ?? []].flat();
}

function eventsOf(place) {
  if (place.matches?.(".event, .event *")) return [place.closest(".event")];
  return [...place.querySelectorAll?.(".event") ?? []];
}

function arrange(event) {
  const previous = neighbour(event, "previous", "last");
  const startsDay = event.dataset.day !== previous?.dataset.day;
  event.toggleAttribute("data-starts-day", startsDay);
  event.classList.toggle("continues", !startsDay && belongs(event, previous));
}

// Before the first event of a thread stands the last one of the thread before.
function neighbour(event, side, end) {
  if (event[`${side}ElementSibling`]) return event[`${side}ElementSibling`];
  let thread = event.parentElement?.[`${side}ElementSibling`];
  while (thread && !thread[`${end}ElementChild`]) thread = thread[`${side}ElementSibling`];
  return thread?.[`${end}ElementChild`] ?? null;
}

function belongs(event, previous) {
  return event.dataset.author !== "system"
    && event.dataset.author === previous.dataset.author
    && event.dataset.by === previous.dataset.by
    && Date.parse(event.dataset.at) - Date.parse(previous.dataset.at) < TOGETHER;
}
