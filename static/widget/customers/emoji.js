// The emoji picker: walked with the arrow keys; what is picked goes where the cursor stands.
const picker = document.getElementById("emoji");
const message = document.getElementById("message");
const faces = [...picker.querySelectorAll("button")];

picker.addEventListener("toggle", ({ newState }) => newState === "open" && faces[0].focus());

picker.addEventListener("click", ({ target }) => {
  const face = faces.find((one) => one === target);
  if (!face) return;
  picker.hidePopover();
  message.focus();
  document.execCommand("insertText", false, face.textContent); // no other way can be undone
});

picker.addEventListener("keydown", (event) => {
  const row = getComputedStyle(faces[0].parentElement).gridTemplateColumns.split(" ").length;
  const onward = getComputedStyle(picker).direction === "rtl" ? -1 : 1;
  /** @type {Record<string, number>} */
  const steps = { ArrowRight: onward, ArrowLeft: -onward, ArrowDown: row, ArrowUp: -row };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const current = faces.findIndex((face) => face === document.activeElement);
  faces[current + steps[event.key]]?.focus();
});
