// Where the chat stands on the page.
import { options } from "../loader/tag.js";
import { known } from "./known.js";
import { firstPage, host, root } from "./launcher.js";
import { listenAgain } from "./life.js";

const pages = RegExp(options.pages ?? settings.pages);

let placed = firstPage;

/**
 * Stand beside the body, not in it: what swaps the body (Turbo, htmx) then leaves the chat alone.
 * @returns Whether it did not stand before.
 */
export function attach() {
  const page = document.documentElement;
  const isOpen = known.state.visibility === "maximized";
  if (!pages.test(location.pathname) && !isOpen) return host.remove();
  const place = options.inline ? document.querySelector(options.inline) : document.body && page;
  if (!place || host.isConnected) return;
  if (placed !== (placed = page)) listenAgain();
  host.dir = getComputedStyle(document.body).direction;
  place.append(host);
  // A page may scale itself: beside its body we need not.
  if (!options.inline) root.style.zoom = 1 / page.currentCSSZoom || 1;
  return true;
}
