// "End chat" asks first; in the queue it is "Leave the queue".
const dialog = document.getElementById("end-dialog");
const form = dialog.querySelector("form");
/** @type {HTMLButtonElement} */
const goOn = form.querySelector("[data-close]");

document.getElementById("ending").addEventListener("click", () => {
  dialog.showModal();
  goOn.focus();
});
form.addEventListener("submit", () => dialog.close());
goOn.addEventListener("click", () => dialog.close());

// The website's own button has asked already.
document.addEventListener("host:close_chat", () => {
  const { status } = document.getElementById("state").dataset;
  if (status === "chatting" || status === "queued") form.requestSubmit();
});
