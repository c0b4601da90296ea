// What the customer writes stands at once as a bubble. Drafts and what is not sent yet survive
// a reload of the page; a draft stands in every tab.
const root = document.documentElement;
const composer = document.getElementById("composer");
const message = document.getElementById("message");
const pending = document.getElementById("pending");
const template = document.getElementById("pending-message");
const KEPT = `unsent:${root.dataset.widget}`;
let shared = "";
const tabs = others();

composer.querySelector(".send").disabled = false; // before, the browser would send it elsewhere

message.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  composer.requestSubmit();
});
message.addEventListener("input", () => {
  keep();
  share();
});
new MutationObserver(keep).observe(pending, { childList: true });

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  message.focus();
  if (!message.value.trim()) return;
  const text = message.value;
  message.value = "";
  share();
  stand({ custom_id: crypto.randomUUID(), text, attempt: 0 }).requestSubmit();
});

document.addEventListener("host:hello", ({ detail }) => {
  const { draft, unsent } = kept();
  message.value ||= detail.draft || draft || "";
  if (detail.focus) focus();
  // What was under way is tried again: the server looks before it sends, so nothing doubles.
  for (const one of unsent ?? []) stand({ ...one, attempt: one.attempt + 1 }).requestSubmit();
}, { once: true });
document.addEventListener("somebody-else", () => {
  message.value = "";
  pending.replaceChildren();
  keep();
});
document.addEventListener("host:draft", ({ detail }) => (message.value ||= detail.text));
document.addEventListener("host:visible", ({ detail }) => {
  if (detail.focus) focus();
});

function focus() {
  const first = document.querySelector("#first input:not([type=hidden])");
  (message.checkVisibility() ? message : first)?.focus({ preventScroll: true });
}

function stand({ custom_id, text, attempt }) {
  const bubble = template.content.firstElementChild.cloneNode(true);
  bubble.custom_id.value = custom_id;
  bubble.text.value = text;
  bubble.attempt.value = attempt;
  bubble.querySelector(".bubble").textContent = text;
  pending.append(bubble);
  htmx.process(bubble);
  return bubble;
}

function keep() {
  const unsent = [...pending.querySelectorAll("form:has([name=text])")].map((bubble) => ({
    custom_id: bubble.custom_id.value,
    text: bubble.text.value,
    attempt: Number(bubble.attempt.value),
  }));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ draft: message.value, unsent }));
  } catch {
    return; // storage is refused: nothing survives a reload
  }
}

// A tab that is new asks with null. What was typed here alone is never replaced.
function share() {
  shared = message.value;
  tabs?.postMessage(shared);
}

// A browser that refuses storage to frames refuses this as well.
function others() {
  try {
    const channel = new BroadcastChannel(KEPT);
    channel.onmessage = ({ data }) => {
      if (data === null) return message.value && share();
      if (message.value && message.value !== shared) return;
      message.value = shared = data;
      keep();
    };
    channel.postMessage(null);
    return channel;
  } catch {
    return null;
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}
