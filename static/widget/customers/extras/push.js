// "Tell me when you answer", offered once the customer has written. The website's service worker
// does it where it can: then the website asks for the permission. Else a window of ours does.
// Fetched when it is first needed.
const root = document.documentElement;
const box = document.getElementById("push");
const STORAGE_KEY = `push:${root.dataset.widget}`;
let hostIsReady = false;
let isAway = false; // in the window for the permission

/** @param {object} message */
const tellHost = (message) =>
  document.dispatchEvent(new CustomEvent("tell-host", { detail: message }));

document.addEventListener("host:push", ({ detail: { isReady, subscription } }) => {
  if (isReady !== undefined) hostIsReady = isReady;
  else if (subscription) ask("POST", { endpoint: subscription.endpoint, ...subscription.keys });
  else hostIsReady = false; // the next try is by our own window
});
// Where the website's policy parts the windows, coming back has to be enough.
addEventListener("message", ({ origin, data }) => {
  if (origin === location.origin && data === "permitted") comeBack();
});
document.addEventListener("visibilitychange", () => document.hidden || comeBack());
document.addEventListener("htmx:after:swap", () => {
  const isOn = box.querySelector("[data-on]") !== null;
  if (box.firstElementChild) note(isOn ? "on" : noted() === "no" ? "no" : null);
  isAway &&= !isOn;
});
document.addEventListener("somebody-else", () => box.replaceChildren());
box.addEventListener("click", (event) => {
  const element = /** @type {HTMLElement} */ (event.target);
  if (element.matches("[data-no]")) {
    box.replaceChildren();
    note("no");
    document.getElementById("message").focus();
  }
  if (!element.matches("a")) return;
  isAway = !hostIsReady;
  if (isAway) return;
  event.preventDefault();
  tellHost({ chat: "push", key: element.dataset.key });
});
tellHost({ chat: "push" });

function comeBack() {
  if (isAway) ask("GET");
}

/** Unasked: not to those who said no. */
export function offer() {
  if (noted() !== "no") ask("GET");
}

export const offerAgain = () => ask("GET");

/** Who is told still need not hear it again. */
export async function check() {
  await ask("GET");
  if (box.querySelector("[data-on]")) box.replaceChildren();
}

/** @param {string} method @param {Record<string, string>} [values] */
function ask(method, values = {}) {
  const page = root.dataset.page ?? "";
  return htmx.ajax(method, "notifications", { target: box, swap: "innerHTML", values: { ...values, page } });
}

function noted() {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

/** @param {string | null} state */
function note(state) {
  try {
    if (state) localStorage.setItem(STORAGE_KEY, state);
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    return; // then the website's notifications come as well
  }
}
