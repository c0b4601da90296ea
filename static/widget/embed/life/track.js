// Where an owner lets LiveChat see visitors, it begins here, once they have agreed where they are
// asked: until then nothing is fetched for it, stored or sent.
import { listen } from "./life.js";
import { methods } from "./methods.js";
import { bring, load, share } from "./visibility.js";
import { widget } from "./widget.js";

function track() {
  if (widget.mayStore()) bring("visitors.js", ({ begin }) => begin(share(), load, methods));
}

track();
listen(window, "livechat:consent_changed", track);
