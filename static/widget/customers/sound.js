// A soft sound for a new message while nobody looks: one sound, however many tabs are open.
import { readStorage, writeStorage } from "./storage.js";

const toggle = document.getElementById("sound");
const mute = document.getElementById("mute");
const STORAGE_KEY = `sound:${document.documentElement.dataset.widget}`;
const PAUSE = 1500; // ms in which no second sound is made
const PATIENCE = 300; // ms for a browser that allows sound; it may wait for a click
const LENGTH = 500; // ms

turn((readStorage("localStorage", STORAGE_KEY) ?? ("on" in toggle.dataset ? "on" : "off")) === "on");
toggle.addEventListener("change", () => {
  choose(toggle.checked);
  if (toggle.checked) ring();
});
mute.addEventListener("click", () => {
  choose(false);
  document.getElementById("message").focus(); // the button is gone
});
addEventListener("storage", ({ key, newValue }) => key === STORAGE_KEY && turn(newValue === "on"));

document.addEventListener("unnoticed", () => toggle.checked && ringOnce());

/** @param {boolean} isOn */
function turn(isOn) {
  toggle.checked = isOn;
  mute.hidden = !isOn;
}

/** @param {boolean} isOn */
function choose(isOn) {
  turn(isOn);
  writeStorage("localStorage", STORAGE_KEY, isOn ? "on" : "off");
}

async function ringOnce() {
  const context = await open();
  if (!context) return; // another tab may be allowed to
  const silence = new Promise((resolve) => setTimeout(resolve, PAUSE));
  try {
    await navigator.locks.request(STORAGE_KEY, { ifAvailable: true }, (free) => {
      if (!free) return context.close();
      play(context);
      return silence;
    });
  } catch {
    play(context); // no locks for this frame
  }
}

async function ring() {
  const context = await open();
  if (context) play(context);
}

/** Null where the browser wants a click first: none is rung late. */
async function open() {
  const context = new AudioContext();
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  if (context.state !== "running") await Promise.race([context.resume(), patience]);
  if (context.state === "running") return context;
  context.close();
  return null;
}

/** @param {AudioContext} context */
function play(context) {
  setTimeout(() => context.close(), 2 * LENGTH);
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.setValueAtTime(0.08, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + LENGTH / 1000);
  for (const [frequency, delay] of [[660, 0], [880, 0.09]]) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(context.currentTime + delay);
    tone.stop(context.currentTime + LENGTH / 1000);
  }
}
