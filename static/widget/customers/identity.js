// Who the customer is: a token, kept by the host page, that goes with every request.
// The first act makes one, once for all tabs.
import { consentToTell, whenAgreed } from "./consent.js";
import { announce, tellHost } from "./messages.js";
import { deliver } from "./network.js";

const root = document.documentElement;
const LOCK = `livechat-customer:${root.dataset.widget}`;
const NEWS = 1500; // ms in which what one page has to tell reaches the others
const PATIENCE = 45000; // ms for one try of a request
const UPLOAD_PATIENCE = 300000; // ms
const SOONEST_RELOAD = 5000; // ms: what comes is no newer at once, if a cache is between
const asksFirst = root.dataset.consent !== undefined;

/** @type {string | null} */
let token = null;
/** @type {Promise<Response | null> | null} */
let introduction = null;
// Who the website says is signed in: its signed statement, and the person named there. The token
// that the browser has kept may be another's: it is not used until the server has said whose. The
// same holds until the server knows what its owner has agreed to.
/** @type {string | null} */
let identity = null;
/** @type {string | null} */
let person = null;
let isProven = !asksFirst;
let isLeaving = false; // "Forget me" is on its way
/** @type {string | null} */
let keptToken = null;
/** The page has said who is there. */
const greeted = new Promise((resolve) => {
  document.addEventListener("host:hello", resolve, { once: true });
});
let page = ""; // of the website, which LiveChat trusts or does not
let group = ""; // of agents that the website's page asks for, if it does

document.addEventListener("host:hello", ({ detail }) => {
  page = addressOf(detail.page?.url);
  changeGroup(detail.group ?? "");
  identity = detail.identity || null;
  if (subjectOf(identity) !== person) changePerson(subjectOf(identity));
  keptToken = detail.token || null;
  if (isProven) useToken(keptToken);
  else if (keptToken) introduce();
  introduceEarly(detail.open);
});
document.addEventListener("host:visible", ({ detail }) => introduceEarly(detail.visible));
document.addEventListener("host:logout", ({ detail }) => {
  const headers = { Authorization: `Bearer ${detail.token}` };
  const [path, method] = detail.forget ? ["customer", "DELETE"] : ["logout", "POST"];
  announce("somebody-else");
  // The token is lost all the same if they leave the page before there is a network.
  deliver((signal) => {
    return fetch(path, { method, headers, signal, credentials: "omit", keepalive: true });
  }, PATIENCE).catch(() => {});
});
document.addEventListener("token-refused", () => {
  if (isLeaving) return; // as asked: the socket is closed before the answer comes
  setToken(null);
  location.reload();
});
document.addEventListener("ask-again", askAgain);
document.addEventListener("htmx:before:request", ({ detail }) => {
  detail.ctx.fetch = (url, request) => sendAsCustomer(url, request, 2);
});

/**
 * Opening is the first act of whoever is signed in, and where owners greet before anything is said.
 * @param {boolean} isOpen
 */
function introduceEarly(isOpen) {
  const isEarly = identity || "connectEarly" in root.dataset;
  if (isEarly && isOpen && !token) introduce().catch(() => {});
}

/**
 * @param {string} url
 * @param {CustomerRequest} request
 * @param {number} tries
 * @returns {Promise<Response>}
 */
async function sendAsCustomer(url, request, tries) {
  if (!token && request.method === "DELETE") {
    if (!keptToken || identity) { // nobody, or somebody else's
      announce("forgotten");
      return new Response(null, { status: 204 });
    }
    request.headers = { ...request.headers, Authorization: `Bearer ${keptToken}` };
  }
  if (!token && !["GET", "DELETE"].includes(request.method)) {
    const refusal = await introduce();
    if (!token) return refusal;
  }
  const leaves = request.method === "DELETE";
  isLeaving ||= leaves;
  const response = await send(url, request).finally(() => leaves && (isLeaving = false));
  return response.status === 401 && request.method !== "GET" && tries > 1
    ? sendAsCustomer(url, request, tries - 1)
    : response;
}

/**
 * @param {string} url
 * @param {CustomerRequest} request
 */
async function send(url, request) {
  const sender = person;
  const carry = request.carry ?? fetch; // an upload has its own way
  const patience = request.carry ? UPLOAD_PATIENCE : PATIENCE;
  const response = await deliver((signal, tries) => {
    if (tries) countTry(request.body);
    const headers = headersOf(request);
    const answer = carry(url, { ...request, headers, signal, credentials: "omit" });
    return request.method === "GET" ? answer.then(readWhole) : answer;
  }, patience, request.signal).catch((error) => {
    // Read for somebody who has gone meanwhile: nobody misses it, and it is no error to log.
    if (request.method !== "GET" || error?.name !== "AbortError" || request.signal?.aborted) throw error;
    return new Response(null, { status: 204 });
  });
  if (response.headers.has("X-Chat-Gone")) announce("gone");
  if (response.headers.has("X-Chat-Consent")) askAgain();
  const given = response.headers.get("X-Chat-Token");
  if (given === "" && request.method === "DELETE") announce("forgotten"); // before the token goes
  if (given !== null && sender === person) setToken(given || null);
  return response;
}

/**
 * All of it, so that whoever goes while it comes aborts it here and not in htmx, which logs that; but
 * for the stream, which does not end.
 * @param {Response} response
 */
async function readWhole(response) {
  if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) return response;
  return new Response(await response.text() || null, response);
}

/**
 * @param {CustomerRequest} request
 * @returns {Record<string, string>}
 */
function headersOf({ headers }) {
  const greeting = document.querySelector("#invitation [data-greeting]")?.dataset;
  return {
    ...headers,
    "X-Chat-Language": root.lang,
    "X-Chat-Zone": root.dataset.zone,
    ...(group && { "X-Chat-Group": group }),
    ...(page && { "X-Chat-Page": page }),
    ...(greeting && { "X-Chat-Greeting": `${greeting.greeting} ${greeting.unique}` }),
    ...(root.dataset.website && { "X-Chat-Website": root.dataset.website }),
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(token && root.dataset.live === "closed" && { "X-Chat-Socket": "coming" }),
  };
}

/**
 * From the second try on, the server looks whether the first one got through.
 * @param {BodyInit | null} [body]
 */
function countTry(body) {
  if (!(body instanceof FormData || body instanceof URLSearchParams) || !body.has("attempt")) return;
  body.set("attempt", String(Number(body.get("attempt")) + 1));
}

function introduce() {
  if (!introduction) {
    const mine = introduceOnce().finally(() => introduction === mine && (introduction = null));
    introduction = mine;
  }
  return introduction.then((response) => response?.clone());
}

async function introduceOnce() {
  await whenAgreed();
  await Promise.race([greeted, pause(NEWS)]);
  // A browser that refuses storage to frames refuses locks as well, and on plain http there are
  // none: then each tab is on its own.
  return token ? null : introduceInTurn().catch((error) => {
    if (navigator.locks && error.name !== "SecurityError") throw error;
    return askForToken();
  });
}

/**
 * One tab after the other; null if this one hears of a token first. A new token goes by the page and
 * by storage to other tabs: until they have it, none of them may ask.
 * @returns {Promise<Response | null>}
 */
function introduceInTurn() {
  const hearing = new AbortController();
  document.addEventListener("identified", () => hearing.abort(), { once: true });
  return new Promise((resolve, reject) => {
    navigator.locks.request(LOCK, { signal: hearing.signal }, async () => {
      resolve(await askForToken());
      if (token && token !== keptToken) await Promise.race([pause(NEWS), somebodyElse()]);
    }).catch((error) => (token ? resolve(null) : reject(error)));
  });
}

async function askForToken() {
  /** @type {Record<string, string>} */
  const headers = !isProven && keptToken ? { Authorization: `Bearer ${keptToken}` } : {};
  const body = new URLSearchParams({ ...(identity && { identity }), ...consentToTell() });
  const response = await send("customer", { method: "POST", headers, body });
  const reason = response.headers.get("X-Chat-Identity");
  if (reason) console.warn(`The chat refuses the website's identity token: ${reason}`);
  return response;
}

/** The owner has changed what is asked since this page was loaded. What was typed stays. */
function askAgain() {
  setTimeout(async () => {
    await fetch(location.href, { cache: "reload" });
    location.reload();
  }, Math.max(0, SOONEST_RELOAD - performance.now()));
}

/** @param {number} length ms */
const pause = (length) => new Promise((resolve) => setTimeout(resolve, length));

const somebodyElse = () =>
  new Promise((resolve) => document.addEventListener("identified", resolve, { once: true }));

/**
 * The website alone, which is all that is trusted or not, in ASCII as headers are.
 * @param {string} [url]
 */
function addressOf(url) {
  return URL.canParse?.(url) ? `${new URL(url).origin}/` : "";
}

/** @param {string | null} statement */
function subjectOf(statement) {
  try {
    const claims = statement.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims)).sub;
  } catch {
    return statement;
  }
}

/**
 * Whether somebody is there was asked before the page had a word.
 * @param {number | string} next
 */
function changeGroup(next) {
  if (next === group) return;
  group = String(next);
  const availability = document.getElementById("availability");
  if (availability) htmx.trigger(availability, "group");
}

/** @param {string | null} subject */
function changePerson(subject) {
  if (person || token) announce("somebody-else");
  person = subject;
  isProven = !identity && !asksFirst;
  introduction = null;
  useToken(null);
}

/** @param {string | null} next */
function setToken(next) {
  if (next) isProven = true;
  if (next === token) return;
  useToken(next);
  tellHost({ chat: "token", token });
}

/** @param {string | null} next */
function useToken(next) {
  if (next === token) return;
  token = next;
  announce("identified", token);
}
