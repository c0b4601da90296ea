// data-theme="host": as the page is, now and when it changes.
import { hello } from "./customer.js";

const root = document.documentElement;
const looks = new MutationObserver(followPage);

function followPage() {
  const hints = [root.className, root.dataset.theme, getComputedStyle(root).colorScheme];
  widget.theme = hints.join().includes("dark") ? "dark" : "light";
  widget.draw();
  hello();
}

if (widget.theme === "host") {
  followPage();
  looks.observe(root, { attributeFilter: ["class", "style", "data-theme"] });
}
widget.signal.addEventListener("abort", () => looks.disconnect());
