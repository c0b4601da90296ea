// Invitations have a script of their own, which decides when one comes. Only where there are some.
import { home } from "../loader/tag.js";
import { language } from "./language.js";
import { signal } from "./life.js";
import { share } from "./visibility.js";

import(`${home}invitations.js?lang=${encodeURIComponent(language)}&${settings.invitations}`)
  .then(({ invite }) => signal.aborted || invite(share()), () => {});
