// Lets the owner know that the chat was opened, once for each page; not who did.
let counted = false;

for (const shown of ["host:hello", "host:visible"]) {
  document.addEventListener(shown, ({ detail }) => {
    if (counted || !(detail.open || detail.visible)) return;
    counted = true;
    fetch("opened", { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
  });
}
