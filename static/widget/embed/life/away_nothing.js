// When nobody is there, this widget is not either: until the page opens the chat.
import { isAway } from "./away.js";
import { known } from "./known.js";

if (isAway) known.state.visibility = "hidden";
