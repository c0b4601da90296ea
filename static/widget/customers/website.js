// LiveChat's host-page API, as far as it reaches into the panel: what the website is told of
// forms, ratings and greetings, and what it may ask for.
import { emit } from "./messages.js";

const invitation = document.getElementById("invitation");
const isTold = "tracked" in document.documentElement.dataset; // the page knows of greetings itself

/** @type {{ id: number, uniqueId: string } | null} That the customer sees. */
let greeting = null;
let isOpen = false;
let wanted = ""; // the button of a greeting that was pressed beside the launcher

document.addEventListener("host-event", ({ detail: { name, data } }) => emit(name, data));
document.addEventListener("token-refused", () => emit("identity_lost", { reason: "unknown" }));

document.addEventListener("host:hello", ({ detail }) => look(detail.open === true, detail.press));
document.addEventListener("host:visible", ({ detail }) => look(detail.visible));
document.addEventListener("host:press", ({ detail }) => look(isOpen, detail.button));
new MutationObserver(() => look()).observe(invitation, { childList: true });

/**
 * What is seen of greetings now.
 * @param {boolean} [open]
 * @param {string | null} [button]
 */
function look(open = isOpen, button = "") {
  isOpen = open;
  wanted ||= button;
  const form = invitation.querySelector("[data-greeting]");
  if (form && document.querySelector("#threads .event")) comeLast();
  if (!isTold) tellOf(form?.dataset);
  const pressed = form && wanted
    && invitation.querySelector(`[name=postback_id][value="${CSS.escape(wanted)}"]`);
  if (!pressed) return;
  wanted = "";
  /** @type {HTMLFormElement} */ (pressed.closest("form")).requestSubmit();
}

/** To those who have talked here before, it says something new. */
function comeLast() {
  if (invitation.matches(":last-child")) return;
  invitation.parentElement.append(invitation);
  invitation.scrollIntoView({ block: "end" });
}

/** @param {DOMStringMap} [shown] */
function tellOf(shown) {
  if (greeting?.uniqueId === shown?.unique || (shown && !isOpen)) return;
  if (greeting) emit("greeting_hidden", greeting);
  greeting = shown ? { id: Number(shown.greeting), uniqueId: shown.unique } : null;
  if (greeting) emit("greeting_displayed", greeting);
}

invitation.addEventListener("click", ({ target }) => {
  const isAccepted = target instanceof HTMLButtonElement && target.value === "accept";
  if (isAccepted) document.getElementById("message").focus();
});

document.addEventListener("host:hide_greeting", () => {
  invitation.querySelector("[value=cancel]")?.click();
});
document.addEventListener("host:disable_sounds", () => {
  const sound = document.getElementById("sound");
  if (sound?.checked) sound.click();
});
