// What the customer agreed to before anything was stored or sent, where the owner asks for it.
import { agree } from "../consent/keep.js";
import { hello } from "./customer.js";

/** @param {Consent | null} consent The customer's own answer. */
widget.agree = (consent) => {
  agree(consent);
  if (consent) widget.storage("sessionStorage", widget.known.state.visibility); // as from now on
};
widget.listen(window, "livechat:consent_changed", hello);
