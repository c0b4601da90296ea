// Lets the agent see what is being typed, every two seconds at most.
const message = document.getElementById("message");
const EVERY = 2000; // ms
let timer = null;

message.addEventListener("input", () => (timer ??= setTimeout(tell, EVERY)));
document.getElementById("composer").addEventListener("submit", tell);

function tell() {
  clearTimeout(timer);
  timer = null;
  const { chat, status } = document.getElementById("state").dataset;
  if (status !== "chatting") return;
  const detail = { sneak_peek: { chat, text: message.value } };
  document.dispatchEvent(new CustomEvent("tell-socket", { detail }));
}
