// What the customer agreed to, kept on the website's origin, for all tabs.
const WIDGET_KEY = `livechat-widget:${widget.home.split("/").at(-2)}`;
const KEPT_UNDER = `${WIDGET_KEY}:consent`; // "VERSION TIME"

function readConsent() {
  const kept = widget.storage("localStorage", undefined, KEPT_UNDER);
  if (kept !== undefined) [widget.consent, widget.consentedAt] = kept?.split(" ") || [];
}

/** @param {Consent | null} consent null: forget it, and all that was kept */
export function agree(consent) {
  // First: when the token goes, other tabs look whether they may ask for another one.
  widget.storage("localStorage", consent && `${consent.version} ${consent.at}`, KEPT_UNDER);
  if (!consent) for (const area of /** @type {const} */ (["localStorage", "sessionStorage"])) forget(area);
  widget.consent = consent?.version;
  widget.consentedAt = consent?.at;
  tellConsent();
}

/** @param {StorageArea} area */
function forget(area) {
  try {
    for (const key of Object.keys(window[area])) {
      if (`${key}:`.startsWith(`${WIDGET_KEY}:`)) widget.storage(area, null, key);
    }
  } catch {
    return; // refused: nothing is kept
  }
}

function tellConsent() {
  widget.emit("consent_changed", { agreed: widget.mayStore() });
}

readConsent();
widget.listen(window, "storage", ({ key }) => {
  if (key !== KEPT_UNDER) return;
  const before = widget.consent;
  readConsent();
  if (before && !widget.consent) forget("sessionStorage"); // which is this tab's own
  if (widget.consent !== before) tellConsent(); // else another of our scripts has
});
