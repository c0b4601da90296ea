// A row of cards: arrows and dots say that there is more, and where one is. Fetched when the first
// carousel is shown.

/** @param {HTMLElement} row */
export function turn(row) {
  row.dataset.turns = "";
  const cards = /** @type {HTMLElement[]} */ ([...row.children]);
  const controls = row.nextElementSibling;
  const [back, on] = /** @type {NodeListOf<HTMLButtonElement>} */ (controls.querySelectorAll("button"));
  const dots = [...controls.querySelectorAll("i")];
  const visible = new Set();
  let place = 0;

  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) visible[isIntersecting ? "add" : "delete"](target);
    show();
  }, { root: row, threshold: 0.7 });
  for (const card of cards) observer.observe(card);

  back.addEventListener("click", () => go(place - 1));
  on.addEventListener("click", () => go(place + 1));
  row.addEventListener("keydown", (event) => {
    if (event.target !== row || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const isBack = (event.key === "ArrowLeft") === (getComputedStyle(row).direction === "ltr");
    if (event.key === "Home") go(0);
    else if (event.key === "End") go(cards.length - 1);
    else go(place + (isBack ? -1 : 1));
  });
  controls.hidden = false;

  function show() {
    const first = cards.findIndex((card) => visible.has(card));
    if (first >= 0) place = first;
    for (const [number, card] of cards.entries()) dots[number].classList.toggle("here", visible.has(card));
    back.disabled = place === 0;
    on.disabled = visible.has(cards.at(-1));
  }

  /** @param {number} number */
  function go(number) {
    const card = cards[Math.max(0, Math.min(cards.length - 1, number))];
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    card.scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "nearest", inline: "start" });
  }
}
