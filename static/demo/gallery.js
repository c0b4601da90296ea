// A dialog that a state of the gallery shows stands as it does in the panel: above everything.
const dialog = document.querySelector("dialog[data-state]");
if (dialog instanceof HTMLDialogElement) dialog.showModal();
