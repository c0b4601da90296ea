// Keeps the socket open for whoever has a token, and says where this tab stands on each connect.
const root = document.documentElement;
const FINAL = 4000; // codes from here on mean: do not come back
let token = null;
let page = {};
let group = "";
let connection = null;

document.addEventListener("host:hello", ({ detail }) => {
  page = detail.page ?? {};
  group = String(detail.group ?? "");
});
document.addEventListener("host:page", ({ detail }) => {
  page = detail.page;
  tell({ page });
});
document.addEventListener("tell-socket", ({ detail }) => tell(detail));
document.addEventListener("identified", ({ detail }) => {
  if (token) document.getElementById("threads").replaceChildren(); // somebody else's by now
  token = detail;
  restart();
});
addEventListener("pageshow", ({ persisted }) => persisted && restart());

document.addEventListener("htmx:before:ws:connection", ({ detail }) => {
  detail.connection.config.protocols = ["chat", `bearer.${token}`];
});
document.addEventListener("htmx:after:ws:connection", ({ detail }) => {
  connection = detail.connection;
  const { zone } = root.dataset;
  const last = [...document.querySelectorAll("#threads .event")].at(-1);
  const event = last?.id.slice("event-".length) ?? "";
  tell({ hello: { page, group, zone, language: root.lang, event } });
});
document.addEventListener("htmx:after:ws:message", () => (root.dataset.live = "open"));
document.addEventListener("htmx:ws:close", ({ detail }) => {
  root.dataset.live = root.dataset.live === "closed" ? "closed" : "lost";
  if (detail.code >= FINAL) detail.connection.config.reconnect = false;
  if (detail.code === 4401 && detail.connection === connection) document.dispatchEvent(new CustomEvent("token-refused"));
});
// LiveChat has sent the customer away, for being silent, say: what they do now brings them back.
document.addEventListener("htmx:before:request", ({ detail }) => {
  const isAct = detail.ctx.request.method !== "GET";
  if (isAct && document.querySelector("#standing [data-refused]")) tell({ page });
});
addEventListener("online", () => root.dataset.live === "lost" && restart());

function tell(message) {
  if (connection?.socket?.readyState === WebSocket.OPEN) {
    connection.socket.send(JSON.stringify(message));
  }
}

// The extension ties one connection to one element for good, so a new one needs a new element.
function restart() {
  if (!token) root.dataset.live = "closed";
  connection = null;
  htmx.ext.ws.getRegistry().clear();
  const old = document.getElementById("socket");
  const fresh = old.cloneNode();
  old.replaceWith(fresh);
  htmx.process(fresh);
  if (token) htmx.trigger(fresh, "connect");
}
