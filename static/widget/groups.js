// Messages that belong together stand together, and each day begins with its name.
const threads = document.getElementById("threads");
const TOGETHER = 5 * 60 * 1000; // ms

new MutationObserver(arrange).observe(threads, { childList: true, subtree: true });
arrange();

function arrange() {
  let previous = null;
  for (const event of threads.querySelectorAll(".event")) {
    const startsDay = event.dataset.day !== previous?.dataset.day;
    event.toggleAttribute("data-starts-day", startsDay);
    event.classList.toggle("continues", !startsDay && belongs(event, previous));
    previous = event;
  }
}

function belongs(event, previous) {
  return event.dataset.author !== "system"
    && event.dataset.author === previous.dataset.author
    && event.dataset.by === previous.dataset.by
    && Date.parse(event.dataset.at) - Date.parse(previous.dataset.at) < TOGETHER;
}
