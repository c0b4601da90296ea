// The chat was closed here while somebody has it open: it says so, sends nothing any more, and
// leaves what was typed where it can be copied.
const root = document.documentElement;

document.addEventListener("gone", () => {
  root.dataset.gone = "";
  /** @type {HTMLButtonElement} */ (document.querySelector("#composer .send")).disabled = true;
});
document.addEventListener("submit", (event) => {
  const { method } = /** @type {HTMLFormElement} */ (event.target);
  if (root.dataset.gone === undefined || method === "dialog") return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });
