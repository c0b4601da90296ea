// What the website knows of its visitor: fills in the forms, and LiveChat's record once there is
// a customer.

/** @type {Visitor} */
let details = {};
let lastReport = "";
let hasCustomer = false;
let url = ""; // of the website's page

document.addEventListener("host:hello", ({ detail }) => learn(detail.customer ?? {}));
document.addEventListener("host:customer", ({ detail }) => learn(detail));
document.addEventListener("attributes", ({ detail }) => {
  learn({ session: { ...details.session, ...detail } });
});
document.addEventListener("identified", ({ detail }) => {
  hasCustomer = Boolean(detail);
  lastReport = "";
  setTimeout(report); // after everybody has heard of the token
});
document.addEventListener("htmx:after:swap", prefill);
document.addEventListener("host:hello", ({ detail }) => (url = detail.page?.url ?? ""));
document.addEventListener("host:page", ({ detail }) => (url = detail.page.url));
document.addEventListener("host:check_goals", () => {
  const values = { url, session: JSON.stringify(details.session ?? {}) };
  if (hasCustomer) htmx.ajax("POST", "goals", { values, target: "#notice", swap: "none" });
});

/** @param {Visitor} visitor */
function learn({ name, email, session }) {
  details = {
    ...details,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email: validEmail(email) }),
    ...(session !== undefined && { session }),
  };
  prefill();
  report();
}

/**
 * One wrong value must not keep the others from being told.
 * @param {string} email
 */
function validEmail(email) {
  const input = Object.assign(document.createElement("input"), { type: "email", value: email });
  if (input.validity.valid) return email;
  console.warn(`[LiveChatWidget] This is no e-mail address: ${email}`);
  return "";
}

function report() {
  const { name = "", email = "", session = {} } = details;
  const values = { name, email, session: JSON.stringify(session) };
  const isNews = name || email || Object.keys(session).length;
  if (!hasCustomer || !isNews || lastReport === JSON.stringify(values)) return;
  lastReport = JSON.stringify(values);
  htmx.ajax("POST", "details", { values, target: "#notice", swap: "none" });
}

function prefill() {
  for (const id of /** @type {const} */ (["name", "email"])) {
    const input = document.getElementById(id);
    if (input && !input.value && details[id]) input.value = details[id];
  }
}
