// Nobody is there, so the launcher leads somewhere else. Who has a conversation, or has begun one
// meanwhile, finds it as ever.
import { known } from "./known.js";
import { words } from "./language.js";
import { launcher } from "./launcher.js";
import { listen } from "./life.js";
import { widget } from "./widget.js";

if (!widget.token) {
  launcher.role = "link";
  words.open = words.link;
  listen(launcher, "click", (event) => {
    if (widget.token || known.state.visibility === "maximized") return;
    event.stopImmediatePropagation(); // it would open the chat
    location.href = settings.link;
  });
}
