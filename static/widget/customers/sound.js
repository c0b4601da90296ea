// A soft sound for a new message while nobody looks: one sound, however many tabs are open.
import { readStorage, writeStorage } from "./storage.js";

const toggle = document.getElementById("sound");
const STORAGE_KEY = `sound:${document.documentElement.dataset.widget}`;
const PAUSE = 1500; // ms in which no second sound is made

toggle.checked = readStorage("localStorage", STORAGE_KEY) === "on";
toggle.addEventListener("change", () => {
  writeStorage("localStorage", STORAGE_KEY, toggle.checked ? "on" : "off");
  if (toggle.checked) ring();
});

document.addEventListener("unnoticed", () => toggle.checked && ringOnce());

async function ringOnce() {
  const silence = new Promise((resolve) => setTimeout(resolve, PAUSE));
  try {
    await navigator.locks.request(STORAGE_KEY, { ifAvailable: true }, (free) => {
      if (!free) return null;
      ring();
      return silence;
    });
  } catch {
    ring(); // no locks for this frame
  }
}

function ring() {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.setValueAtTime(0.08, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  for (const [frequency, delay] of [[660, 0], [880, 0.09]]) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(context.currentTime + delay);
    tone.stop(context.currentTime + 0.5);
  }
}
