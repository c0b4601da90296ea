// What is on its way: each bubble is a form that can be sent again, until the socket brings the
// event it became.
const pending = document.getElementById("pending");

pending.addEventListener("submit", ({ target, submitter }) => {
  if (submitter) target.attempt.value = Number(target.attempt.value) + 1;
  target.dataset.state = "sending";
}, { capture: true });

pending.addEventListener("click", ({ target }) => {
  if (!target.matches(".discard")) return;
  htmx.trigger(target.form, "htmx:abort");
  target.form.remove();
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches(".pending")) {
    ctx.sourceElement.dataset.state = ctx.response.status === 204 ? "sent" : "failed";
  }
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  const bubble = ctx?.sourceElement;
  if (!bubble?.matches(".pending")) return;
  bubble.dataset.state = "failed";
  const words = bubble.querySelector(".unreachable").content.cloneNode(true);
  bubble.querySelector(".fate").replaceChildren(words);
});

document.addEventListener("htmx:after:ws:message", () => {
  for (const bubble of [...pending.children]) {
    const custom = CSS.escape(bubble.custom_id.value);
    if (document.querySelector(`#threads [data-custom-id="${custom}"]`)) bubble.remove();
  }
});
