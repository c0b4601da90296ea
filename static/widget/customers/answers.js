// An answer while it is written: it stands where it will stand, and who listens instead of looking
// hears whole sentences. Beside it, code that can be copied.
import { wordsOf } from "./words.js";

const log = document.getElementById("log");
const threads = document.getElementById("threads");
const preview = document.getElementById("preview");
const spoken = document.getElementById("spoken");
const TOGETHER = 5 * 60 * 1000; // ms, as in groups.js
const COPIED = 2000; // ms for which the button says so
let isWritten = false;
let heard = 0; // characters

// The log itself is silent about an answer in the making; what it became says nothing again.
new MutationObserver((changes) => {
  const answer = preview.firstElementChild;
  if (answer) {
    isWritten = true;
    const last = /** @type {HTMLElement | undefined} */ ([...threads.querySelectorAll(".event")].at(-1));
    const isTogether = last?.dataset.by === answer.dataset.by
      && Date.now() - Date.parse(last.dataset.at) < TOGETHER;
    answer.classList.toggle("continues", isTogether);
    speak(answer, false);
    return;
  }
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  const whole = /** @type {HTMLElement | undefined} */ (
    added.find((node) => node instanceof HTMLElement && node.matches(".is-new[data-author=agent]")));
  if (whole && isWritten) {
    whole.classList.add("stood");
    whole.setAttribute("aria-live", "off");
    speak(whole, true);
  }
  isWritten = false;
  heard = 0;
}).observe(log, { childList: true, characterData: true, subtree: true });

/**
 * @param {Element} answer
 * @param {boolean} isWhole else its last sentence may go on
 */
function speak(answer, isWhole) {
  const text = wordsOf(answer).slice(heard);
  const segmenter = new Intl.Segmenter(document.documentElement.lang, { granularity: "sentence" });
  const sentences = [...segmenter.segment(text)].map(({ segment }) => segment);
  if (!isWhole) sentences.pop();
  const said = sentences.join("");
  heard += said.length;
  if (said.trim()) spoken.textContent = said;
}

document.addEventListener("click", async ({ target }) => {
  if (!(target instanceof HTMLElement) || !target.matches(".copy")) return;
  const code = target.nextElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code); // where a website forbids it, one copies by hand
    return;
  }
  const words = target.textContent;
  target.textContent = target.dataset.copied;
  setTimeout(() => (target.textContent = words), COPIED);
});
