// Invitations have a script of their own, which decides when one comes. Only where there are some.
import { part } from "./language.js";
import { signal } from "./life.js";
import { share } from "./visibility.js";

import(part("invitations.js")).then(({ invite }) => signal.aborted || invite(share()), () => {});
