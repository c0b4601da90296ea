// Tells the host page what changed: availability, the chat's state, each new event.
const threads = document.getElementById("threads");
let told = "";

document.addEventListener("htmx:after:ws:message", report);
document.addEventListener("htmx:after:swap", report);

function report() {
  const { status = "browsing", chat, thread, customer } = document.getElementById("state").dataset;
  const availability = document.querySelector("[data-availability]")?.dataset.availability;
  const state = {
    chat: "state", availability, status, chatId: chat || null, threadId: thread || null,
    customer: { id: customer || null },
  };
  if (JSON.stringify(state) === told) return;
  told = JSON.stringify(state);
  tell(state);
}

new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    for (const node of addedNodes) {
      if (target.matches(".thread") && node.matches?.(".message")) tell(newEvent(node.dataset));
    }
  }
}).observe(threads, { childList: true, subtree: true });

function newEvent({ at, author, by }) {
  const data = { timestamp: Date.parse(at), type: "message", author: { id: by, type: author } };
  return { chat: "event", name: "new_event", data };
}

function tell(detail) {
  document.dispatchEvent(new CustomEvent("tell-host", { detail }));
}
