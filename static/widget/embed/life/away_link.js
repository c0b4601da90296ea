// When nobody is there, the launcher of this widget leads somewhere else. Who has a conversation
// finds it as ever.
import { isAway } from "./away.js";
import { words } from "./language.js";
import { launcher } from "./launcher.js";
import { listen } from "./life.js";

const { link } = settings;

if (isAway) {
  launcher.role = "link";
  words.open = words.link;
  listen(launcher, "click", (event) => {
    event.stopImmediatePropagation(); // it would open the chat
    location.href = link;
  });
}
