// LiveChat's host-page API, as far as it reaches into the panel: what the website is told of
// forms, ratings and greetings, and what it may ask for.
import { emit } from "./messages.js";

const invitation = document.getElementById("invitation");

/** @type {{ id: number, uniqueId: string } | null} */
let greeting = null;

document.addEventListener("host-event", ({ detail: { name, data } }) => emit(name, data));
document.addEventListener("token-refused", () => emit("identity_lost", { reason: "unknown" }));

new MutationObserver(() => {
  const shown = invitation.querySelector("[data-greeting]")?.dataset;
  if (greeting) emit("greeting_hidden", greeting);
  greeting = shown ? { id: Number(shown.greeting), uniqueId: shown.unique } : null;
  if (greeting) emit("greeting_displayed", greeting);
}).observe(invitation, { childList: true });

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
