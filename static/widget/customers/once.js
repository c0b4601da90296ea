// What a form creates stands once, however often it is sent: it carries an id, which stays the same
// until the server has answered. Messages and files have theirs already.
import { newId } from "./messages.js";

/** @type {WeakMap<HTMLElement, { content: string, id: string, attempt: number }>} */
const sent = new WeakMap(); // by form: what was sent last, its id, and how often

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { body, method } = ctx.request;
  const form = ctx.sourceElement;
  if (method !== "POST" || !form.matches("form")) return;
  if (!(body instanceof FormData || body instanceof URLSearchParams) || body.has("custom_id")) return;
  const content = form.matches(".questions") ? "" : contentOf(body); // another rating is another act
  const last = sent.get(form);
  const isAgain = last?.content === content;
  const now = isAgain
    ? { ...last, attempt: last.attempt + 1 }
    : { content, id: newId(), attempt: 0 };
  sent.set(form, now);
  body.set("custom_id", now.id);
  body.set("attempt", String(now.attempt));
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status < 400) sent.delete(ctx.sourceElement);
});

/** @param {FormData | URLSearchParams} body */
function contentOf(body) {
  return JSON.stringify([...body]);
}
