// Keeps the socket open for whoever has a token, and says where this tab stands on each connect.
// A socket can die without a word: the server says something at least every 20 seconds.
import { announce, tellServer } from "./messages.js";
import { need } from "./needs.js";
import { lose, reach } from "./network.js";

const root = document.documentElement;
const FINAL = 4000; // codes from here on mean: do not come back
/** @type {Record<number, "token-refused" | "ask-again">} */
const REASONS = { 4401: "token-refused", 4451: "ask-again" }; // with any other the chat is gone
const SILENCE = 40000; // ms without a word after which the socket counts as dead
const OPENING = 20000; // ms the opening may take, the pause before a further try included
const PATIENCE = 12000; // ms without a socket after which another way is taken
/** @type {string | null} */
let token = null;
/** @type {Partial<Page>} */
let page = {};
let group = "";
/** @type {HtmxSocket | null} */
let connection = null;
let silence = 0;
let patience = 0;
let starts = 0;

document.addEventListener("host:hello", ({ detail }) => {
  page = detail.page;
  group = detail.group === undefined ? "" : String(detail.group);
});
document.addEventListener("host:page", ({ detail }) => {
  page = detail.page;
  tellServer({ page });
});
document.addEventListener("tell-server", ({ detail }) => {
  if (connection?.socket?.readyState === WebSocket.OPEN) {
    connection.socket.send(JSON.stringify(detail));
  }
});
document.addEventListener("identified", ({ detail }) => {
  if (token) document.getElementById("threads").replaceChildren(); // somebody else's by now
  token = detail;
  restart();
});
// There will be one soon; before the first bubble stands, so that it does not move.
for (const sign of ["pointerdown", "keydown", "dragenter", "input"]) {
  document.addEventListener(sign, needConversation, { once: true });
}
addEventListener("pageshow", ({ persisted }) => persisted && restart());
addEventListener("online", () => token && restart()); // what was open hangs in another network

document.addEventListener("htmx:before:ws:connection", ({ detail }) => {
  detail.connection.config.protocols = ["chat", `bearer.${token}`];
  expectWord(OPENING);
  patience ||= setTimeout(() => {
    patience = 0;
    announce("no-socket");
  }, PATIENCE);
});
document.addEventListener("htmx:after:ws:connection", ({ detail }) => {
  connection = detail.connection;
  clearTimeout(patience);
  patience = 0;
  expectWord(SILENCE);
  const { zone } = root.dataset;
  const last = [...document.querySelectorAll("#threads .event")].at(-1);
  const event = last?.id.slice("event-".length) ?? "";
  const visible = !document.hidden;
  tellServer({ hello: { page, group, zone, language: root.lang, event, visible } });
});
document.addEventListener("visibilitychange", () => tellServer({ visible: !document.hidden }));
document.addEventListener("htmx:before:ws:message", (event) => {
  expectWord(SILENCE);
  reach();
  if (event.detail.message.text === "{}") event.preventDefault(); // it only says that it lives
});
document.addEventListener("htmx:after:ws:message", () => {
  root.dataset.live = "open";
  announce("shown");
});
document.addEventListener("htmx:ws:close", ({ detail }) => {
  if (detail.code >= FINAL) {
    detail.connection.config.reconnect = false;
    clearTimeout(silence);
  } else if (root.dataset.live !== "closed") miss();
  if (detail.connection !== connection || detail.code < FINAL) return;
  announce(REASONS[detail.code] ?? "gone");
});
// LiveChat has sent the customer away, for being silent, say: what they do now brings them back.
document.addEventListener("htmx:before:request", ({ detail }) => {
  const isAct = detail.ctx.request.method !== "GET";
  if (isAct && document.querySelector("#connection-state [data-refused]")) tellServer({ page });
});

/** @param {number} within ms */
function expectWord(within) {
  clearTimeout(silence);
  silence = setTimeout(() => {
    miss();
    restart();
  }, within);
}

/** Nothing comes by the socket. Where the stream has taken over, that tells by itself. */
function miss() {
  if ("blocked" in root.dataset) return;
  if (root.dataset.live === "open") root.dataset.live = "lost";
  lose();
}

/** What only a conversation needs: how it looks, and htmx's parts for it. */
function needConversation() {
  return Promise.all([root.dataset.conversation, root.dataset.conversationStyle].map(need));
}

// The extension ties one connection to one element for good, so a new one needs a new element.
async function restart() {
  clearTimeout(silence);
  if (!token) root.dataset.live = "closed";
  connection = null;
  htmx.ext?.ws?.getRegistry().clear();
  const start = ++starts;
  if (!token) return;
  expectWord(OPENING);
  await needConversation();
  if (start !== starts) return; // once is enough
  const old = document.getElementById("socket");
  const fresh = /** @type {HTMLElement} */ (old.cloneNode());
  old.replaceWith(fresh);
  htmx.process(fresh);
  htmx.trigger(fresh, "connect");
}
