// Nothing is stored or sent before the customer agrees: in the chat, or as the website says. How
// that is kept has a script of its own, for the panel and for such websites.
import { STORAGE_KEY, storage } from "../loader/storage.js";
import { methods } from "./methods.js";
import { bring, share } from "./visibility.js";
import { widget } from "./widget.js";

[widget.consent, widget.consentedAt] =
  storage("localStorage", undefined, `${STORAGE_KEY}:consent`)?.split(" ") || [];
methods.set_consent = (agrees) =>
  bring("consent.js", ({ setConsent }) => setConsent(share(), agrees));
