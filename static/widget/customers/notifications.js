// The device's notifications, for customers who asked for them. The website shows them, because a
// frame of another site may not; in a tab of its own the panel is its own website.
const toggle = document.getElementById("notify");
const KEPT = `notify:${document.documentElement.dataset.widget}`;
const LONGEST = 120; // characters of a message
const alone = parent === window;

document.addEventListener("host:hello", ({ detail }) => {
  permit(alone ? window.Notification?.permission : detail.notifications);
});
document.addEventListener("host:notifications", ({ detail }) => permit(detail.permission));

toggle.addEventListener("change", () => {
  keep(toggle.checked ? "on" : "off");
  if (!toggle.checked) return;
  if (alone) Notification.requestPermission().then(permit);
  else tell({ chat: "ask_to_notify" });
});

document.addEventListener("unnoticed", ({ detail: event }) => {
  if (!toggle.checked) return;
  const title = event.querySelector(".by b")?.textContent || document.title;
  const body = event.querySelector(".bubble")?.textContent.trim().slice(0, LONGEST) ?? "";
  if (!alone) return tell({ chat: "notify", title, body });
  new Notification(title, { body, tag: KEPT }).onclick = () => window.focus();
});

// `permission` is "default", "granted" or "denied", and missing where there are no notifications.
function permit(permission) {
  toggle.closest(".item").hidden = !permission || permission === "denied";
  toggle.checked = permission === "granted" && kept() === "on";
}

function tell(detail) {
  document.dispatchEvent(new CustomEvent("tell-host", { detail }));
}
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return toggle.checked ? "on" : null; // storage is refused: for as long as the page
  }
}
function keep(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    return;
  }
}
