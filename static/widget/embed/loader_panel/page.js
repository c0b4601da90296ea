// Which page the customer is on. Single-page applications move without loading anything.
import { post } from "./frame.js";
import { cutAddress, cutTitle } from "./limits.js";
import { pageTitle } from "./title.js";

const SETTLE = 300; // ms a page gets to change its title after its address

let previousUrl = document.referrer;
let currentUrl = location.href;
/** @type {number | undefined} */
let settling;

/** @returns {Page} */
export const whereabouts = () => ({
  url: cutAddress(location.href),
  title: cutTitle(pageTitle()),
  referrer: cutAddress(previousUrl),
});

function moved() {
  clearTimeout(settling);
  settling = widget.later(() => {
    if (location.href !== currentUrl) {
      previousUrl = currentUrl;
      currentUrl = location.href;
    }
    post({ chat: "page", page: whereabouts() });
  }, SETTLE);
}

/**
 * By defineProperty: on a frozen prototype an assignment throws.
 * @param {"pushState" | "replaceState"} name
 */
function watchHistory(name) {
  const original = history[name];
  /** @type {History["pushState"]} */
  function value(...args) {
    original.apply(history, args);
    moved();
  }
  Object.defineProperty(history, name, { value, configurable: true, writable: true });
}

// `navigation` may also be an element with this id, or anything the page calls so.
if (window.navigation?.currentEntry) widget.listen(window.navigation, "currententrychange", moved);
else {
  watchHistory("pushState");
  watchHistory("replaceState");
  widget.listen(window, "popstate", moved);
}
