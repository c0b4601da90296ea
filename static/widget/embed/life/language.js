// The language of the page, else of the browser, our few words in it, and where the rest is.
import { home, options } from "../loader/tag.js";

export const codes = Object.keys(settings.texts); // first the one that the server would choose
export const language =
  options.language || document.documentElement.lang || navigator.language || codes[0];
/** @type {LoaderTexts} */
export const words = settings.texts[codes[0]];

/** The address of a part, "" for the panel. @param {string} name */
export const part = (name) =>
  `${home}${name}?lang=${encodeURIComponent(language)}&${settings.version}`;
