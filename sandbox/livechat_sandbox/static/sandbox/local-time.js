// Times are sent in UTC and read in the agent's own zone.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localize() {
  for (const time of document.querySelectorAll("time[datetime]:not([data-local])")) {
    const moment = new Date(time.dateTime);
    const today = moment.toDateString() === new Date().toDateString();
    time.textContent = (today ? clock : dayAndClock).format(moment);
    time.dataset.local = "";
  }
}
new MutationObserver(localize).observe(document.body, { childList: true, subtree: true });
localize();
