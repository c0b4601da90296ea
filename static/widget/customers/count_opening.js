// Lets the owner know that the chat was opened, once for each page; not who did.
let isCounted = false;

document.addEventListener("host:hello", ({ detail }) => count(detail.open));
document.addEventListener("host:visible", ({ detail }) => count(detail.visible));

/** @param {boolean} isOpen */
function count(isOpen) {
  if (isCounted || !isOpen) return;
  isCounted = true;
  fetch("opened", { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
}
