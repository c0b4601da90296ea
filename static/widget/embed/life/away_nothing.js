// Nobody is there, and neither is the launcher, until the page opens the chat. Who has a
// conversation finds it as ever.
import { known } from "./known.js";
import { widget } from "./widget.js";

if (!widget.token) known.state.visibility = "hidden";
