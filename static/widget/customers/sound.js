// A soft sound for a new message while nobody looks: one sound, however many tabs are open.
const root = document.documentElement;
const toggle = document.getElementById("sound");
const KEPT = `sound:${root.dataset.widget}`;
const PAUSE = 1500; // ms in which no second sound is made

toggle.checked = kept() === "on";
toggle.addEventListener("change", () => {
  keep(toggle.checked ? "on" : "off");
  if (toggle.checked) ring();
});

document.addEventListener("unnoticed", () => toggle.checked && ringOnce());

async function ringOnce() {
  const rung = new Promise((resolve) => setTimeout(resolve, PAUSE));
  try {
    await navigator.locks.request(KEPT, { ifAvailable: true }, (free) => free && (ring(), rung));
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

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
function keep(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    return;
  }
}
