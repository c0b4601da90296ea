// The language of the page, else of the browser, and our few words in it.
import { options } from "../loader/tag.js";

const codes = Object.keys(settings.texts); // first the one that the server would choose
const wanted = options.language || document.documentElement.lang || navigator.language;

export const language = (wanted || codes[0])
  .replace(/_/g, "-")
  .replace(/^iw/, "he"); // Java's name for Hebrew

const base = language.toLowerCase().split("-")[0];

export const words =
  settings.texts[codes.find((code) => code.startsWith(base)) || codes[0]];
