// The owner's questions before the chat: to what LiveChat knows, nobody has to answer again.

document.addEventListener("htmx:after:swap", askWhatIsNew);
document.addEventListener("shown", askWhatIsNew);

/** Names and addresses only: LiveChat's own form has other names in it, and begins a chat. */
function askWhatIsNew() {
  const form = document.querySelector("#first form");
  const { name, email } = document.getElementById("state").dataset;
  /** @type {NodeListOf<HTMLInputElement> | undefined} */
  const questions = form?.querySelectorAll(":is(input, select, textarea):not([type=hidden])");
  const isKnown = (/** @type {HTMLInputElement} */ asked) => ({ name, email })[asked.name];
  if (questions?.length) form.hidden = [...questions].every(isKnown);
}
