// What the four applications share: who the customer is, and a place to show what they learn.
export const { organizationId, license } = document.currentScript.dataset;
export const customer = {
  customerName: "Ann",
  customerEmail: "ann@shop.example",
  sessionVariables: { cart: "2" },
};

const known = {};

export function report(news) {
  Object.assign(known, news);
  document.getElementById("known").textContent = JSON.stringify(known);
}
