// Nothing is stored or sent before the customer agrees: in the chat, or as the website says. How
// that is kept has a script of its own, for the panel and for such websites.
import { STORAGE_KEY, storage } from "../loader/storage.js";
import { part } from "./language.js";
import { methods } from "./methods.js";
import { share } from "./visibility.js";
import { widget } from "./widget.js";

[widget.consent, widget.consentedAt] =
  storage("localStorage", undefined, `${STORAGE_KEY}:consent`)?.split(" ") || [];
methods.set_consent = (agrees) =>
  import(part("consent.js")).then(({ setConsent }) => setConsent(share(), agrees), () => {});
