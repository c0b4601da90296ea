// What a page may call and ask for. Source: Chat Widget JavaScript API v5.0.
import { install } from "../loader/install.js";
import { storage } from "../loader/storage.js";
import { emit, subscribe, unsubscribe } from "./events.js";
import { forgetCustomer, known, textsOf } from "./known.js";
import { life } from "./life.js";
import { panel, show, toggle, unload } from "./visibility.js";
import { widget } from "./widget.js";

/** @param {Partial<LoaderKnown["customer_data"]>} changes */
export function know(changes) {
  Object.assign(known.customer_data, changes);
  panel?.customer();
}

/** @type {Record<string, (payload?: any, byCustomer?: boolean) => void>} */
export const methods = {
  maximize(options, byCustomer) {
    widget.draft = options?.messageDraft;
    panel?.draft();
    show("maximized", byCustomer);
  },
  minimize: (_, byCustomer) => show("minimized", byCustomer),
  hide: () => show("hidden"),
  toggle,
  destroy() {
    life.abort();
    api._h = (method, args) => window.LiveChatWidget[method](...args);
    install({});
  },
  set_session_variables(values) {
    widget.replace = true;
    know({ sessionVariables: textsOf(values) });
  },
  update_session_variables: (values) =>
    know({ sessionVariables: { ...known.customer_data.sessionVariables, ...textsOf(values) } }),
  set_customer_name: (name) => know(textsOf({ name })),
  set_customer_email: (email) => know(textsOf({ email })),
  identify(statement) {
    widget.identity = statement;
    widget.since = storage("localStorage");
    panel?.hello();
  },
  logout() {
    widget.leaving ||= widget.token; // the first call's, until that is told
    widget.token = storage("localStorage", null);
    widget.identity = null;
    forgetCustomer();
    unload();
  },
};
methods.reset = methods.logout;
methods.set_consent = () => {}; // more where the owner asks for it: see ask_consent.js
methods.set_page_values = (values) =>
  emit("set_page_values", (widget.values = { ...widget.values, ...values }));
/** @type {("hide_greeting" | "close_chat" | "disable_sounds" | "check_goals")[]} */
const forPanel = ["hide_greeting", "close_chat", "disable_sounds", "check_goals"];
for (const chat of forPanel) {
  methods[chat] = () => panel?.post({ chat });
}
methods.track_sales_event = (sale) => emit("track_sales_event", sale);
// A customer cannot report sales to LiveChat. As session variables agents see them, and LiveChat's
// goals.
methods.trigger_sales_tracker = (sale) => {
  emit("trigger_sales_tracker", sale);
  methods.update_session_variables(sale);
  methods.check_goals();
};

/**
 * @param {Record<string, any>} table
 * @param {string} name
 */
export function lookUp(table, name) {
  if (Object.hasOwn(table, name)) return table[name];
  console.error(`[LiveChatWidget] There is no "${name}".`);
  return () => {};
}

/** @type {Record<string, (...args: any[]) => any>} */
export const entries = {
  on: subscribe,
  once: (name, handler) => subscribe(name, handler, true),
  off: unsubscribe,
  call: (name, payload) => lookUp(methods, name)(payload),
  get: (name) => ({ ...lookUp(known, name) }),
};
