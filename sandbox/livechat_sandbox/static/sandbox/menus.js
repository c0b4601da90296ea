// A menu closes when something else is clicked, or with Escape.
const close = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
};
addEventListener("click", (event) => {
  close(event.target);
  const chosen = event.target.closest(".pop button");
  if (chosen) setTimeout(() => (chosen.closest("details").open = false));
});
addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });
