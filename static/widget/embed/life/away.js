// Whether nobody is there for who comes now. Only where a widget has something else for them then.
import { known } from "./known.js";
import { widget } from "./widget.js";

export const isAway =
  !widget.token && (settings.closed || known.state.availability === "offline");
