// Lets the agent see what is being typed, every two seconds at most.
import { cut, DRAFT } from "./limits.js";
import { tellServer } from "./messages.js";

const message = document.getElementById("message");
const EVERY = 2000; // ms
let timer = 0;

message.addEventListener("input", () => (timer ||= setTimeout(report, EVERY)));
document.getElementById("composer").addEventListener("submit", report);

function report() {
  clearTimeout(timer);
  timer = 0;
  const { chat, status } = document.getElementById("state").dataset;
  if (status === "chatting") tellServer({ sneak_peek: { chat, text: cut(message.value, DRAFT) } });
}
