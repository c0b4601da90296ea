// What is seldom needed is fetched when it is first needed: the viewer of pictures, the frame of
// small applications, the arrows of a carousel. Their addresses stand in the shell.
let isOffered = false; // once for each person
let isChecked = false; // likewise
const { viewer, moment, carousel, push, style } = document.getElementById("extras").dataset;
const canTell = push && "PushManager" in window;

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !(event.target instanceof Element)) return;
  const link = /** @type {HTMLAnchorElement | null} */ (
    event.target.closest("a.picture, a[data-webview]"));
  if (!link || (link.matches(".picture") ? false : !canFrame(link.href))) return;
  event.preventDefault();
  needStyle();
  const module = link.matches(".picture") ? viewer : moment;
  import(module).then(({ open }) => open(link), () => window.open(link.href, "_blank", "noopener"));
});

// What was written has arrived: an answer may take longer than the customer stays.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (isOffered || !ctx.sourceElement?.matches?.(".pending") || ctx.response.status !== 204) return;
  isOffered = true;
  if (canTell) import(push).then(({ offer }) => offer());
});
// What was noted may have ended since, at the push service or with the token.
document.addEventListener("shown", () => {
  if (isChecked) return;
  isChecked = true;
  if (canTell && isNoted()) import(push).then(({ check }) => check());
});
document.addEventListener("somebody-else", () => (isOffered = isChecked = false));
document.getElementById("notify")?.addEventListener("change", ({ target }) => {
  const isWanted = /** @type {HTMLInputElement} */ (target).checked;
  if (isWanted && canTell) import(push).then(({ offerAgain }) => offerAgain());
});

function isNoted() {
  try {
    return localStorage.getItem(`push:${document.documentElement.dataset.widget}`) === "on";
  } catch {
    return false;
  }
}

document.addEventListener("shown", findCarousels);
document.addEventListener("htmx:after:swap", findCarousels);
findCarousels();

async function findCarousels() {
  if (!document.querySelector(".carousel:not([data-turns])")) return;
  const { turn } = await import(carousel);
  for (const one of document.querySelectorAll(".carousel:not([data-turns])")) turn(one);
}

// A page of ours could reach out of its frame. Firefox loads no frames from elsewhere into a page
// that is isolated: there a new tab opens, as before.
/** @param {string} address */
function canFrame(address) {
  const isIsolated = "mozInnerScreenX" in window && !("credentialless" in HTMLIFrameElement.prototype);
  return !isIsolated && new URL(address).origin !== location.origin;
}

function needStyle() {
  if (document.querySelector(`link[href="${CSS.escape(style)}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style }));
}
