// Where an owner lets LiveChat see visitors, it begins here, once they have agreed where they are
// asked: until then nothing is fetched for it, stored or sent.
import { part } from "./language.js";
import { listen, signal } from "./life.js";
import { methods } from "./methods.js";
import { load, share } from "./visibility.js";
import { widget } from "./widget.js";

function track() {
  if (!widget.mayStore()) return;
  import(part("visitors.js"))
    .then(({ begin }) => signal.aborted || begin(share(), load, methods), () => {});
}

track();
listen(window, "livechat:consent_changed", track);
