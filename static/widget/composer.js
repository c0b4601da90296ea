// What the customer writes stands at once as a bubble of its own, until the socket brings the
// event it became. It survives a reload, and a failure, with its text.
const root = document.documentElement;
const composer = document.getElementById("composer");
const message = document.getElementById("message");
const pending = document.getElementById("pending");
const template = document.getElementById("pending-message");
const KEPT = `unsent:${root.dataset.widget}`;

message.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  composer.requestSubmit();
});
message.addEventListener("input", keep);

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!message.value.trim()) return message.focus();
  const bubble = stand({ custom_id: crypto.randomUUID(), text: message.value, attempt: 0 });
  message.value = "";
  message.focus();
  bubble.requestSubmit();
  keep();
});

pending.addEventListener("submit", ({ target, submitter }) => {
  if (submitter) target.attempt.value = Number(target.attempt.value) + 1;
  target.dataset.state = "sending";
}, { capture: true });
pending.addEventListener("click", ({ target }) => {
  if (target.matches(".discard")) settle(target.form);
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches(".pending")) {
    ctx.sourceElement.dataset.state = ctx.response.status === 204 ? "sent" : "failed";
  }
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx?.sourceElement.matches(".pending")) return;
  ctx.sourceElement.dataset.state = "failed";
  const words = ctx.sourceElement.querySelector(".unreachable").content.cloneNode(true);
  ctx.sourceElement.querySelector(".fate").replaceChildren(words);
});
document.addEventListener("htmx:after:ws:message", () => {
  for (const bubble of [...pending.children]) {
    const event = document.querySelector(`#threads [data-custom-id="${bubble.custom_id.value}"]`);
    if (event) settle(bubble);
  }
});
document.addEventListener("host:hello", ({ detail }) => {
  if (detail.draft && !message.value) message.value = detail.draft;
  if (detail.open) message.focus({ preventScroll: true });
}, { once: true });
document.addEventListener("host:draft", ({ detail }) => (message.value ||= detail.text));
document.addEventListener("host:visible", ({ detail }) => {
  if (detail.visible) message.focus({ preventScroll: true });
});
// After a reload: what was under way is tried again, which cannot double it.
document.addEventListener("host:hello", () => {
  const { draft = "", unsent = [] } = kept();
  message.value ||= draft;
  for (const one of unsent) stand({ ...one, attempt: one.attempt + 1 }).requestSubmit();
}, { once: true });

function stand({ custom_id, text, attempt }) {
  const bubble = template.content.firstElementChild.cloneNode(true);
  bubble.custom_id.value = custom_id;
  bubble.text.value = text;
  bubble.attempt.value = attempt;
  bubble.querySelector(".bubble").textContent = text;
  pending.append(bubble);
  htmx.process(bubble);
  bubble.scrollIntoView({ block: "end" });
  return bubble;
}

function settle(bubble) {
  bubble.remove();
  keep();
}

function keep() {
  const unsent = [...pending.children].map(({ custom_id, text, attempt }) => (
    { custom_id: custom_id.value, text: text.value, attempt: Number(attempt.value) }));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ draft: message.value, unsent }));
  } catch {
    return; // storage is refused: nothing survives a reload
  }
}
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}
