// Enter sends the reply, Shift+Enter breaks the line; a canned reply lands in the box.
// What was sent leaves the box; what was refused stays.
addEventListener("keydown", (event) => {
  const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!sends || event.target.name !== "text" || !event.target.closest(".composer")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

addEventListener("click", (event) => {
  const canned = event.target.closest("[data-canned]");
  if (!canned) return;
  const reply = document.querySelector(".composer textarea");
  reply.value = [reply.value, canned.dataset.canned].filter(Boolean).join(" ");
  canned.closest("details").open = false;
  reply.focus();
});

addEventListener("change", (event) => {
  if (event.target.matches(".composer input[type=file]")) event.target.form.requestSubmit();
  if (event.target.name === "visibility") {
    event.target.closest(".composer").classList.toggle("private", event.target.checked);
  }
});

addEventListener("htmx:after:request", (event) => {
  const form = event.target;
  const answer = event.detail.ctx.response;
  if (!form.matches?.("[data-empties]") || !answer || answer.headers.has("X-Refused")) return;
  form.reset();
  form.closest("dialog")?.close();
  form.querySelector("textarea")?.focus();
});
