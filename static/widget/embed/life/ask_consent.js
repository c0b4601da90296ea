// Nothing is stored or sent before the customer agrees: in the chat, or as the website says. How
// that is kept has a script of its own, for the panel and for such websites.
import { STORAGE_KEY, storage } from "../loader/storage.js";
import { methods } from "./methods.js";
import { bring, share } from "./visibility.js";
import { widget } from "./widget.js";

function kept() {
  return storage("localStorage", "", STORAGE_KEY + ":consent");
}

widget.consent = kept()?.split(" ")[0];
// Another tab may have withdrawn it, and this one may have nothing yet that hears of it.
widget.mayStore = () => widget.consent === settings.consent && kept() !== null;

// What the page said, to be done in this order: imports end in any.
widget.said = [];
methods.set_consent = (agrees) => {
  widget.said.push(agrees);
  return bring("consent.js", ({ set }) => set(share()));
};
