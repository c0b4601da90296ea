// Whether anything may be stored or sent: at once, unless the owner has customers agree first.
import { announce } from "./messages.js";

const { consent: wanted } = document.documentElement.dataset; // the version of the owner's text

/** @type {Consent | null} */
let agreed = null;

export function mayStoreAndSend() {
  return wanted === undefined || agreed?.version === wanted;
}

/** Settles once it may be. */
export function whenAgreed() {
  return new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    if (mayStoreAndSend()) resolve();
    else document.addEventListener("agreed", resolve, { once: true });
  });
}

/** What goes with the customer's first act. */
export function consentToTell() {
  return wanted === undefined ? {} : { consent: agreed.version, consented_at: agreed.at };
}

/** @param {Consent} consent */
export function agree(consent) {
  const could = mayStoreAndSend();
  agreed = consent;
  if (could || !mayStoreAndSend()) return;
  document.documentElement.dataset.agreed = "";
  announce("agreed");
}

document.addEventListener("host:hello", ({ detail }) => {
  if (detail.consent) agree(detail.consent);
});
