// Invitations have a script of their own, which decides when one comes. Only where there are some.
import { bring, share } from "./visibility.js";

bring("invitations.js", ({ invite }) => invite(share()));
