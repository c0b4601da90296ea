// Asks for the title of a page that somebody has linked to, where the owner wants it.
if ("previews" in document.documentElement.dataset) document.addEventListener("shown", ask);

function ask() {
  for (const page of /** @type {Iterable<HTMLElement>} */ (
    document.querySelectorAll("#threads .page.unknown:not([data-known])"))) {
    page.dataset.known = "";
    htmx.trigger(page, "preview");
  }
}
