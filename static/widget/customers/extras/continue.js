// A chat from another device goes on here. What opens it stands behind the # of the address, and
// is taken away at once; the answer is a token of this browser's own. Only a click opens it: a link
// may come from somebody who wants to read along, and a messenger's robot must not use it up.
const { widget, panel } = document.documentElement.dataset;
const STORAGE_KEY = `livechat-widget:${widget}`;
const code = location.hash.slice(1);
const ask = document.getElementById("ask");
history.replaceState(null, "", location.pathname + location.search);

ask.querySelector("button").addEventListener("click", goOn);
document.getElementById("instead").hidden = !localStorage.getItem(STORAGE_KEY);
ask.hidden = false;

async function goOn() {
  ask.hidden = true;
  const body = new URLSearchParams({ code });
  try {
    const response = await fetch(location.href, { method: "POST", body, credentials: "omit" });
    const token = response.ok && response.headers.get("X-Chat-Token");
    if (!token) throw new Error(`${response.status}`);
    localStorage.setItem(STORAGE_KEY, token);
    location.replace(panel);
  } catch {
    document.getElementById("failed").hidden = false;
  }
}
