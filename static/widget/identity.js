// Who the customer is: a token, kept by the host page, that goes with every request.
// The first act makes one, once for all tabs.
const root = document.documentElement;
const lock = `livechat-customer:${root.dataset.widget}`;
const OTHER_TAB = 1500; // ms to wait for the token another tab has just been given
let token = null;
let introduction = null;

document.addEventListener("host:hello", ({ detail }) => become(detail.token || null));
// Some owners greet by name or welcome before anything is said: then opening is the first act.
for (const opened of ["host:hello", "host:visible"]) {
  document.addEventListener(opened, ({ detail }) => {
    const isEarly = "connectEarly" in root.dataset && (detail.open || detail.visible);
    if (isEarly && !token) introduce();
  });
}
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
  const headers = { ...request.headers, "X-Chat-Language": root.lang };
  if (token) headers.Authorization = `Bearer ${token}`;
  const carry = request.carry ?? fetch; // an upload has its own way
  const response = await carry(url, { ...request, headers, credentials: "omit" });
  const given = response.headers.get("X-Chat-Token");
  if (given !== null) remember(given || null);
  return response;
}

function introduce() {
  introduction ??= introduceOnce().finally(() => (introduction = null));
  return introduction.then((response) => response?.clone());
}

// A browser that refuses storage to frames refuses locks as well: then each tab is on its own.
async function introduceOnce() {
  const post = () => send("customer", { method: "POST" });
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

function heardOfToken() {
  return new Promise((resolve) => {
    document.addEventListener("identified", resolve, { once: true });
    setTimeout(resolve, token ? 0 : OTHER_TAB);
  });
}

function remember(next) {
  if (next === token) return;
  become(next);
  document.dispatchEvent(new CustomEvent("tell-host", { detail: { chat: "token", token } }));
}

function become(next) {
  if (next === token) return;
  token = next;
  document.dispatchEvent(new CustomEvent("identified", { detail: token }));
}
