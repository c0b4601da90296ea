// What the getters show: our own copy, because they cannot wait for the panel's answer.
import { options } from "../loader/tag.js";
import { storage } from "../loader/storage.js";

/** @type {LoaderConfiguration} */
export const configured = window.__lc || {};

const group = parseInt(configured.group, 10); // the page's own
const isOffline = settings.online?.includes(group >= 0 ? group : settings.group) === false;

/** @type {LoaderKnown} */
export const known = {
  statistics: {},
  state: {
    availability: isOffline ? "offline" : "online",
    visibility: "hidden" in options ? "hidden" : "minimized",
  },
};

export function forgetCustomer() {
  known.customer_data = {
    name: "",
    email: "",
    isReturning: !!storage("localStorage"),
    sessionVariables: {},
    id: null,
    status: "browsing",
  };
  known.chat_data = { chatId: null, threadId: null };
}

/**
 * The texts among what a page says; what is none is named in the console and left out.
 * @param {unknown} values An object, or a list of `{name, value}` as in `window.__lc.params`.
 */
export function textsOf(values) {
  /** @type {Record<string, string>} */
  const texts = {};
  for (const [key, entry] of Object.entries((typeof values === "object" && values) || {})) {
    try {
      const [name, value] = Array.isArray(values) ? [entry.name, entry.value] : [key, entry];
      const text = String(value ?? "");
      if (text.startsWith("[object")) throw entry;
      texts[name] = text;
    } catch {
      console.error(`[LiveChatWidget] "${key}" is no text.`);
    }
  }
  return texts;
}
