// A voice message, where the browser records. What does it is fetched when it is first needed.
import { need } from "./needs.js";

const button = document.querySelector(".record");
/** @type {HTMLElement} */ (button).hidden = !(window.MediaRecorder && navigator.mediaDevices);

button.addEventListener("click", async () => {
  const { recorder, style } = document.getElementById("extras").dataset;
  const [{ record }] = await Promise.all([import(recorder), need(style)]);
  record();
});
