// Where no websocket comes through, the same fragments come by server-sent events, over and over,
// until a socket opens after all. What htmx needs for it is fetched then. What a socket would tell
// the server goes by requests of its own.
import { cut } from "./limits.js";
import { announce } from "./messages.js";
import { need } from "./needs.js";
import { lose, reach } from "./network.js";

const root = document.documentElement;
const AGAIN = 1000; // ms between two streams
const SILENCE = 40000; // ms without a word after which a stream counts as dead
const ADDRESS = 1000; // characters, of what goes into an address
const ANSWER = 8000; // ms for an answer, which tells LiveChat as much as that its cause was read
let isWanted = false;
/** @type {Page | null} */
let page = null;
/** @type {HtmxStream | null} */
let connection = null;
let silence = 0;
let reading = 0;

document.addEventListener("host:hello", ({ detail }) => (page = detail.page));
document.addEventListener("host:page", ({ detail }) => (page = detail.page));
document.addEventListener("no-socket", async () => {
  if (isWanted) return;
  isWanted = true;
  await need(document.getElementById("stream").dataset.extension);
  connect();
});
document.addEventListener("htmx:after:ws:connection", stop);
document.addEventListener("identified", stop);
document.addEventListener("gone", stop);

document.addEventListener("htmx:after:sse:connection", ({ detail }) => {
  connection = detail.connection;
  root.dataset.blocked = "";
  console.warn("The chat's websocket does not come up: does a proxy pass `Upgrade`?");
  expectWord();
});
document.addEventListener("htmx:before:sse:message", () => {
  expectWord();
  reach();
});
document.addEventListener("htmx:after:sse:message", () => {
  root.dataset.live = "open";
  announce("shown");
});
document.addEventListener("htmx:sse:close", again);
document.addEventListener("tell-server", ({ detail: { page: moved, seen, sneak_peek } }) => {
  if (!connection) return;
  if (moved) connection.reader?.cancel(); // the next one says where the customer is
  if (seen) tellSeen(seen);
  if (sneak_peek) post("sneak_peek", sneak_peek);
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx?.sourceElement.id !== "stream") return;
  lose();
  again();
});

/** @param {MessageToServer["seen"]} seen */
function tellSeen({ chat, at, arrived }) {
  clearTimeout(reading);
  reading = setTimeout(() => {
    const known = document.getElementById("state").dataset.seen ?? "";
    if (known < at) post("seen", { chat, at });
  }, arrived ? ANSWER : 0);
}

/**
 * @param {string} path
 * @param {Record<string, string>} values
 */
function post(path, values) {
  htmx.ajax("POST", path, { values, target: "#notice", swap: "none" });
}

function again() {
  clearTimeout(silence);
  connection = null;
  root.dataset.live = "lost"; // until the next one has a word
  setTimeout(connect, AGAIN);
}

function connect() {
  if (!isWanted) return;
  const old = document.getElementById("stream");
  const fresh = /** @type {HTMLElement} */ (old.cloneNode());
  const last = [...document.querySelectorAll("#threads .event")].at(-1);
  const about = new URLSearchParams({
    event: last?.id.slice("event-".length) ?? "",
    url: cut(page?.url, ADDRESS),
    title: cut(page?.title, ADDRESS),
  });
  fresh.setAttribute("hx-sse:connect", `stream?${about}`);
  old.replaceWith(fresh);
  htmx.process(fresh);
  htmx.trigger(fresh, "connect");
}

function stop() {
  isWanted = false;
  delete root.dataset.blocked;
  connection?.reader?.cancel();
  connection = null;
  clearTimeout(silence);
}

function expectWord() {
  clearTimeout(silence);
  silence = setTimeout(() => {
    lose();
    connection?.reader?.cancel();
  }, SILENCE);
}
