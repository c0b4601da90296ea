// What this file and loader_panel.js share: who the customer is for this page, and how it looks.
import { storage } from "../loader/storage.js";
import { options } from "../loader/tag.js";

/** @type {LoaderWidget} Its functions are added when the panel is opened. */
export const widget = {
  theme: options.theme || settings.theme,
  identity: options.identity,
  token: storage("localStorage"),
  /** Where the owner asks first, not before the customer agrees: see ask_consent.js. */
  mayStore: () => widget.consent === settings.consent,
};
