// The owner's question before anything is stored or sent, its answer, and taking that back.
import { agree, mayStoreAndSend } from "./consent.js";
import { tellHost } from "./messages.js";
import { forgetAll } from "./storage.js";

const root = document.documentElement;
const question = document.getElementById("consent");
const yes = question.querySelector("button");
const no = question.querySelector(".decline");
const declined = /** @type {HTMLTemplateElement} */ (question.querySelector("template"));
let isKept = false; // by the page
let isErased = false; // here: what is kept since says so after the reload

document.addEventListener("agreed", ask);
document.addEventListener("host:hello", ({ detail }) => {
  if (isKept && !detail.consent) {
    if (!isErased) forgetAll(); // withdrawn in another tab
    return location.reload();
  }
  isKept = Boolean(detail.consent);
  ask();
});

function ask() {
  question.hidden = mayStoreAndSend();
}

yes.addEventListener("click", () => {
  const consent = { version: root.dataset.consent, at: new Date().toISOString() };
  agree(consent);
  tellHost({ chat: "consent", consent });
});
no.addEventListener("click", () => {
  document.getElementById("notice").replaceChildren(declined.content.cloneNode(true));
  tellHost({ chat: "close" });
});

// What is sent waits for the answer, so that is what comes next.
document.addEventListener("submit", () => {
  if (!mayStoreAndSend()) setTimeout(() => yes.focus());
}, { capture: true });

document.addEventListener("forgotten", () => {
  isErased = true;
  forgetAll();
  tellHost({ chat: "consent", consent: null });
});
document.addEventListener("host:logout", ({ detail }) => detail.forget && forgetAll());
