// A chat from another device goes on here. What opens it stands behind the # of the address, and
// is taken away at once; the answer is a token of this browser's own. Only a click opens it: a link
// may come from somebody who wants to read along, and a messenger's robot must not use it up.
const { widget, panel } = document.documentElement.dataset;
const STORAGE_KEY = `livechat-widget:${widget}`;
const code = location.hash.slice(1);
const ask = document.getElementById("ask");
history.replaceState(null, "", location.pathname + location.search);

ask.querySelector("button").addEventListener("click", goOn);
document.getElementById("instead").hidden = !keepsOne();
ask.hidden = false;

async function goOn() {
  show();
  try {
    localStorage.getItem(STORAGE_KEY); // throws where nothing can be kept: then the link stays unused
    const body = new URLSearchParams({ code });
    const response = await fetch(location.href, { method: "POST", body, credentials: "omit" });
    if (response.status === 403) return show("used");
    if (!response.ok) throw new Error(`${response.status}`);
    localStorage.setItem(STORAGE_KEY, response.headers.get("X-Chat-Token"));
    location.replace(panel);
  } catch {
    show("ask", "failed");
  }
}

/** @param {string[]} ids */
function show(...ids) {
  for (const id of ["ask", "used", "failed"]) document.getElementById(id).hidden = !ids.includes(id);
}

function keepsOne() {
  try {
    return localStorage.getItem(STORAGE_KEY) !== null;
  } catch {
    return false;
  }
}
