// What the website knows of its visitor: fills in the forms, and LiveChat's record once there is
// a customer.
let details = {};
let told = "";
let known = false;

document.addEventListener("host:hello", ({ detail }) => learn(detail.customer ?? {}));
document.addEventListener("host:customer", ({ detail: { chat, ...customer } }) => learn(customer));
document.addEventListener("identified", ({ detail }) => {
  known = Boolean(detail);
  told = "";
  setTimeout(tell); // after everybody has heard of the token
});
document.addEventListener("htmx:after:swap", prefill);

function learn(customer) {
  details = { ...details, ...customer };
  prefill();
  tell();
}

function tell() {
  const { name = "", email = "", session = {} } = details;
  const values = { name, email, session: JSON.stringify(session) };
  const isNews = name || email || Object.keys(session).length;
  if (!known || !isNews || told === JSON.stringify(values)) return;
  told = JSON.stringify(values);
  htmx.ajax("POST", "details", { values, target: "#notice", swap: "none" });
}

function prefill() {
  for (const id of ["name", "email"]) {
    const input = document.getElementById(id);
    if (input && !input.value && details[id]) input.value = details[id];
  }
}
