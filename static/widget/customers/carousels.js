// Gives the carousels that have come their arrows and dots, which are fetched for the first one.
document.addEventListener("shown", findCarousels);
document.addEventListener("htmx:after:swap", findCarousels);
findCarousels();

async function findCarousels() {
  if (!document.querySelector(".carousel:not([data-turns])")) return;
  const { turn } = await import(document.getElementById("extras").dataset.carousel);
  for (const one of document.querySelectorAll(".carousel:not([data-turns])")) turn(one);
}
