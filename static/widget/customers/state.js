// Tells the host page what changed: availability, the chat's state, each new event.
const threads = document.getElementById("threads");
let told = "";

document.addEventListener("htmx:after:ws:message", report);
document.addEventListener("htmx:after:swap", report);

function report() {
  const { status = "browsing", chat, thread, ...who } = document.getElementById("state").dataset;
  const { availability } = document.getElementById("group").dataset;
  const state = {
    chat: "state", availability, status, chatId: chat || null, threadId: thread || null,
    customer: customer(who),
  };
  if (JSON.stringify(state) === told) return;
  told = JSON.stringify(state);
  tell(state);
}

// What LiveChat has not been told stays as the website says.
function customer({ customer: id, name, email }) {
  return { id: id || null, ...(name && { name }), ...(email && { email }) };
}

// A push lands in a thread that stands; history comes in whole threads, and so does a chat that
// has just begun: there only what happened since this page was loaded is news.
const loadedAt = Date.now();
const known = new Set();

new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    for (const node of addedNodes) {
      if (target.matches(".thread")) hear(node, true);
      else node.querySelectorAll?.(".message").forEach((message) => hear(message, false));
    }
  }
}).observe(threads, { childList: true, subtree: true });

function hear(node, isPush) {
  if (!node.matches?.(".message") || known.has(node.id)) return;
  known.add(node.id);
  const { at, author, by } = node.dataset;
  const timestamp = Date.parse(at);
  if (!isPush && timestamp < loadedAt) return;
  const type = ["file", "rich-message"].find((kind) => node.classList.contains(kind)) ?? "message";
  const data = { timestamp, type: type.replace("-", "_"), author: { id: by, type: author } };
  tell({ chat: "event", name: "new_event", data });
  if (type === "message") tell({ chat: "event", name: "message", data: spoken(node, timestamp) });
}

// As the older LC_API tells it.
function spoken(node, timestamp) {
  const text = node.querySelector(".bubble")?.textContent.trim() ?? "";
  if (node.dataset.author !== "agent") return { text, user_type: "visitor", timestamp };
  const agent_name = node.querySelector(".by b")?.textContent ?? "";
  return { text, user_type: "agent", timestamp, agent_name, agent_login: node.dataset.by };
}

function tell(detail) {
  document.dispatchEvent(new CustomEvent("tell-host", { detail }));
}
