// What is on its way: each bubble is a form that can be sent again, until the socket brings the
// event it became.
const pending = document.getElementById("pending");
const message = document.getElementById("message");

/** @type {WeakMap<HTMLElement, HtmxContext>} */
const requests = new WeakMap();

pending.addEventListener("submit", (event) => {
  const bubble = /** @type {PendingForm} */ (event.target);
  const isRetry = event.submitter?.matches(".retry");
  if (isRetry) bubble.attempt.value = String(Number(bubble.attempt.value) + 1);
  bubble.dataset.state = "sending";
}, { capture: true });

pending.addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement) || !target.matches(".discard, .edit")) return;
  if (target.matches(".edit")) takeBack(/** @type {PendingForm} */ (target.form).text.value);
  requests.get(target.form)?.request.abort();
  target.form.remove();
});

/** @param {string} text */
function takeBack(text) {
  message.value = [text, message.value].filter(Boolean).join("\n");
  message.dispatchEvent(new Event("input", { bubbles: true }));
  message.focus();
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (isBubble(ctx.sourceElement)) requests.set(ctx.sourceElement, ctx);
});

// It may have been discarded while others were before it in the queue.
document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (isBubble(sourceElement) && !sourceElement.isConnected) event.preventDefault();
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!isBubble(ctx.sourceElement)) return;
  ctx.sourceElement.dataset.state = ctx.response.status === 204 ? "sent" : "failed";
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!isBubble(ctx?.sourceElement)) return;
  const bubble = ctx.sourceElement;
  bubble.dataset.state = "failed";
  const words = /** @type {HTMLTemplateElement} */ (bubble.querySelector(".unreachable"));
  bubble.querySelector(".fate").replaceChildren(words.content.cloneNode(true));
});

// Before the next frame: it must not be seen twice.
new MutationObserver(() => {
  for (const bubble of /** @type {Iterable<PendingForm>} */ ([...pending.children])) {
    const customId = CSS.escape(bubble.custom_id.value);
    if (document.querySelector(`#threads [data-custom-id="${customId}"]`)) bubble.remove();
  }
}).observe(document.getElementById("threads"), { childList: true, subtree: true });

/** @param {HTMLElement} [element] */
function isBubble(element) {
  return Boolean(element?.matches(".pending"));
}
