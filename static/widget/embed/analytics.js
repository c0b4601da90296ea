// What happens in the chat as events for Google's tags: by gtag.js, or into the data layer of Google
// Tag Manager. Only for pages that ask for it. ANALYTICS is "gtag" or "gtm". Nothing that anybody
// wrote, and nothing that says who they are, is among it.
(function () {
  /** @type {Record<string, string>} */
  const VISIBILITIES = { maximized: "chat_opened", minimized: "chat_minimized" };

  /** @typedef {(detail: any) => [string?, object?]} Telling */

  /** @param {string} name @returns {Telling} */
  const ofGreeting = (name) => ({ id }) => [name, { greeting_id: id }];
  /** @param {string} name @returns {Telling} */
  const ofInvitation = (name) => (shown) => [name, { invitation: shown.name, variant: shown.variant }];

  /** @type {Record<string, Telling>} By our events. */
  const EVENTS = {
    visibility_changed: ({ visibility }) => [VISIBILITIES[visibility]],
    customer_status_changed: ({ status }) => [status === "chatting" ? "chat_started" : undefined],
    form_submitted: ({ type }) => [`${type}_form_submitted`],
    rating_submitted: (rating) => ["chat_rated", { rating }],
    trigger_sales_tracker: ({ trackerId }) => ["sale", { sales_tracker: trackerId }],
  };
  for (const what of ["displayed", "accepted", "hidden"]) {
    EVENTS[`greeting_${what}`] = ofGreeting(`greeting_${what}`);
  }
  for (const what of ["shown", "accepted", "dismissed"]) {
    EVENTS[`invitation_${what}`] = ofInvitation(`invitation_${what}`);
  }

  for (const [event, telling] of Object.entries(EVENTS)) {
    addEventListener(`livechat:${event}`, (/** @type {any} */ { detail }) => {
      const [name, parameters] = telling(detail);
      if (name) push(`livechat_${name}`, parameters ?? {});
    });
  }

  /**
   * @param {string} event
   * @param {object} parameters
   */
  function push(event, parameters) {
    if (ANALYTICS === "gtm") (window.dataLayer ||= []).push({ event, ...parameters });
    else window.gtag?.("event", event, parameters);
  }
})();
