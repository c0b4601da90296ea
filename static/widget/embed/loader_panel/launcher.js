// What the launcher shows once there is a panel: how much is unread, and an arrow while it is open.
import { launcher } from "../beside/cards.js";

const SVG = "http://www.w3.org/2000/svg";
const ARROW = "M6 9l6 6 6-6";

widget.add(launcher.firstElementChild, "path", "", SVG).setAttribute("d", ARROW);
const badge = widget.add(launcher, "b");

/** @param {number} unread */
export function showBadge(unread) {
  badge.textContent = unread > 9 ? "9+" : `${unread || ""}`;
}
