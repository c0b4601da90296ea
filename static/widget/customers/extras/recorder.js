// A voice message: at most two minutes, drawn as a waveform while it is recorded, sent as a file.
// The microphone is given back in every case. Fetched when it is first wanted.
const LONGEST = 120; // seconds
const EVERY = 80; // ms between two strokes of the waveform
const STROKE = 4; // px from one to the next
// The browser takes the first that it knows: opus everywhere but in older Safaris.
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
/** @type {Record<string, string>} */
const SUFFIXES = { "audio/webm": "weba", "audio/ogg": "ogg", "audio/mp4": "m4a" };

export async function record() {
  const dialog = build();
  dialog.showModal();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    if (dialog.open) run(dialog, stream);
    else release(stream); // cancelled meanwhile
  } catch {
    dialog.dataset.state = "refused";
  }
}

function build() {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("recorder-shell"));
  const dialog = /** @type {HTMLDialogElement} */ (template.content.firstElementChild.cloneNode(true));
  dialog.dataset.state = "asking";
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    document.getElementById("message").focus({ preventScroll: true });
  });
  document.body.append(dialog);
  return dialog;
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {MediaStream} stream
 */
function run(dialog, stream) {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { mimeType });
  const drawing = draw(dialog.querySelector("canvas"), stream);
  /** @type {Blob[]} */
  const pieces = [];
  let isWanted = false;
  let seconds = 0;

  const clock = setInterval(() => {
    seconds += 1;
    dialog.querySelector("output").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === LONGEST) stop("full");
  }, 1000);
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  recorder.addEventListener("stop", () => isWanted && send());
  dialog.querySelector(".finish").addEventListener("click", () => {
    isWanted = true;
    if (recorder.state === "inactive") send();
    else stop("full");
  });
  dialog.addEventListener("close", () => stop(""));
  recorder.start();
  dialog.dataset.state = "recording";
  dialog.querySelector(".finish").focus();

  /** @param {string} state */
  function stop(state) {
    clearInterval(clock);
    drawing.abort();
    if (recorder.state !== "inactive") recorder.stop();
    release(stream);
    dialog.dataset.state = state;
  }

  function send() {
    const [type] = recorder.mimeType.split(";");
    const name = `${dialog.dataset.name}.${SUFFIXES[type] ?? "weba"}`;
    const file = new File(pieces, name, { type });
    dialog.close();
    document.dispatchEvent(new CustomEvent("send-file", { detail: file }));
  }
}

/** @param {MediaStream} stream */
function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * How loud it is, stroke by stroke, the newest at the end.
 * @param {HTMLCanvasElement} canvas
 * @param {MediaStream} stream
 */
function draw(canvas, stream) {
  const abort = new AbortController();
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  audio.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const pen = canvas.getContext("2d");
  const { width, height } = canvas;
  /** @type {number[]} */
  const strokes = [];
  pen.fillStyle = getComputedStyle(canvas).color;

  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    strokes.push(Math.min(1, loudness * 4));
    if (strokes.length > width / STROKE) strokes.shift();
    pen.clearRect(0, 0, width, height);
    strokes.forEach((stroke, place) => {
      const tall = Math.max(2, stroke * height);
      pen.fillRect(place * STROKE, (height - tall) / 2, STROKE - 2, tall);
    });
  }, EVERY);
  abort.signal.addEventListener("abort", () => {
    clearInterval(timer);
    audio.close();
  });
  return abort;
}
