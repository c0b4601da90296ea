// Who the customer is: a token, kept by the host page, that goes with every request.
// The first act makes one, once for all tabs.
const root = document.documentElement;
const lock = `livechat-customer:${root.dataset.widget}`;
const OTHER_TAB = 1500; // ms to wait for the token another tab has just been given
let token = null;
let introduction = null;
// Who the website says is signed in: its signed statement, and the person named there. The token
// that the browser has kept may be another's: it is not used until the server has said whose.
let identity = null;
let person = null;
let isProven = true;
let kept = null;
let page = ""; // of the website, which LiveChat trusts or does not
let group = ""; // of agents that the website's page asks for, if it does

document.addEventListener("host:hello", ({ detail }) => {
  page = addressOf(detail.page?.url);
  visit(String(detail.group ?? ""));
  identity = detail.identity || null;
  if (subjectOf(identity) !== person) change(subjectOf(identity));
  kept = detail.token || null;
  if (isProven) become(kept);
  else if (kept) introduce();
});
// Opening is the first act of who is signed in, and where owners greet before anything is said.
for (const opened of ["host:hello", "host:visible"]) {
  document.addEventListener(opened, ({ detail }) => {
    const isEarly = identity || "connectEarly" in root.dataset;
    if (isEarly && (detail.open || detail.visible) && !token) introduce();
  });
}
document.addEventListener("host:logout", ({ detail }) => {
  const headers = { Authorization: `Bearer ${detail.token}` };
  const request = { method: "POST", headers, credentials: "omit", keepalive: true };
  fetch("logout", request).catch(() => {}); // without a network the token is lost all the same
  document.dispatchEvent(new CustomEvent("somebody-else"));
});
document.addEventListener("token-refused", () => {
  remember(null);
  location.reload();
});
document.addEventListener("htmx:before:request", ({ detail }) => {
  detail.ctx.fetch = (url, request) => asCustomer(url, request, 2);
});

async function asCustomer(url, request, tries) {
  if (!token && request.method !== "GET") {
    const refusal = await introduce();
    if (!token) return refusal;
  }
  const response = await send(url, request);
  return response.status === 401 && request.method !== "GET" && tries > 1
    ? asCustomer(url, request, tries - 1)
    : response;
}

async function send(url, request) {
  const { zone } = root.dataset;
  const headers = { ...request.headers, "X-Chat-Language": root.lang, "X-Chat-Zone": zone };
  if (group) headers["X-Chat-Group"] = group;
  if (page) headers["X-Chat-Page"] = page;
  if (root.dataset.website) headers["X-Chat-Website"] = root.dataset.website;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (token && root.dataset.live === "closed") headers["X-Chat-Socket"] = "coming";
  const sender = person;
  const carry = request.carry ?? fetch; // an upload has its own way
  const response = await carry(url, { ...request, headers, credentials: "omit" });
  const given = response.headers.get("X-Chat-Token");
  if (given !== null && sender === person) remember(given || null);
  return response;
}

function introduce() {
  if (!introduction) {
    const mine = introduceOnce().finally(() => introduction === mine && (introduction = null));
    introduction = mine;
  }
  return introduction.then((response) => response?.clone());
}

// A browser that refuses storage to frames refuses locks as well: then each tab is on its own.
async function introduceOnce() {
  try {
    const tried = await navigator.locks.request(lock, { ifAvailable: true }, (free) => free && post());
    return tried ?? await navigator.locks.request(lock, async () => {
      await heardOfToken();
      return token ? null : post();
    });
  } catch (error) {
    if (navigator.locks && error.name !== "SecurityError") throw error;
    return post();
  }
}

async function post() {
  const headers = !isProven && kept ? { Authorization: `Bearer ${kept}` } : {};
  const body = identity ? new URLSearchParams({ identity }) : null;
  const response = await send("customer", { method: "POST", headers, body });
  const reason = response.headers.get("X-Chat-Identity");
  if (reason) console.warn(`The chat refuses the website's identity token: ${reason}`);
  return response;
}

function heardOfToken() {
  return new Promise((resolve) => {
    document.addEventListener("identified", resolve, { once: true });
    setTimeout(resolve, token ? 0 : OTHER_TAB);
  });
}

// As a header can carry it: browsers write an address in ASCII.
function addressOf(url) {
  return URL.canParse?.(url) ? new URL(url).href.slice(0, 2000) : "";
}

function subjectOf(statement) {
  try {
    const claims = statement.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims)).sub;
  } catch {
    return statement;
  }
}

// Whether somebody is there was asked before the page had a word.
function visit(wanted) {
  if (wanted === group) return;
  group = wanted;
  const availability = document.getElementById("availability");
  if (availability) htmx.trigger(availability, "group");
}

function change(subject) {
  if (person || token) document.dispatchEvent(new CustomEvent("somebody-else"));
  person = subject;
  isProven = !identity;
  introduction = null;
  become(null);
}

function remember(next) {
  if (next) isProven = true;
  if (next === token) return;
  become(next);
  document.dispatchEvent(new CustomEvent("tell-host", { detail: { chat: "token", token } }));
}

function become(next) {
  if (next === token) return;
  token = next;
  document.dispatchEvent(new CustomEvent("identified", { detail: token }));
}
