// What the customer agreed to before anything was stored or sent, where the owner asks for it.
import { agree } from "../consent/keep.js";
import { heedAll } from "../consent/set.js";
import { hello } from "./customer.js";
import { messages } from "./messages.js";

const { ready } = messages;

/** Whoever leaves is told of next: by then it is known whether they are to be erased. */
messages.ready = (message) => {
  const { frame } = widget;
  heedAll();
  if (frame === widget.frame) ready(message); // else they have left, and another panel comes
};

/** @param {Consent | null} consent The customer's own answer. */
widget.agree = (consent) => {
  agree(consent);
  if (consent) widget.storage("sessionStorage", widget.known.state.visibility); // as from now on
};
widget.listen(window, "livechat:consent_changed", hello);
