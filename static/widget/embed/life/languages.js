// Where the owner has written in several languages: our words in the one that is nearest.
import { codes, language, words } from "./language.js";

const base = language.toLowerCase().split(/[-_]/)[0].replace("iw", "he"); // Java's Hebrew
Object.assign(words, settings.texts[codes.find((code) => code.startsWith(base))]);
