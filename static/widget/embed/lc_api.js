// LiveChat's older LC_API, on top of LiveChatWidget. Fetched when a page first touches LC_API.
// Source: Chat Widget JavaScript API v1.0. The page may set its callbacks before or after.

const olderApi = window.LC_API;

/** @param {string} name */
const get = (name) => window.LiveChatWidget.get(name);
/** @param {string} method @param {any} [payload] */
const call = (method, payload) => window.LiveChatWidget.call(method, payload);
/** @param {string} method @returns {(payload?: any) => void} */
const caller = (method) => (payload) => call(method, payload);
/** @param {string} visibility */
const isVisible = (visibility) => () => get("state").visibility === visibility;
/** @param {string[]} statuses */
const hasStatus = (...statuses) => () => statuses.includes(get("customer_data").status);

/** @type {Record<string, string>} What a sale has two names for. */
const SALE = { order_price: "orderPrice", order_id: "orderId" };

const methods = {
  set_custom_variables: caller("set_session_variables"),
  update_custom_variables: caller("update_session_variables"),
  set_visitor_name: caller("set_customer_name"),
  set_visitor_email: caller("set_customer_email"),
  open_chat_window: () => call("maximize"),
  minimize_chat_window: () => call("minimize"),
  hide_chat_window: () => call("hide"),
  close_chat: () => call("close_chat"),
  disable_sounds: () => call("disable_sounds"),
  hide_greeting: () => call("hide_greeting"),
  /** @param {string} trackerId @param {{ name: string, value: unknown }[]} [variables] */
  trigger_sales_tracker: (trackerId, variables = []) => {
    const sale = variables.map(({ name, value }) => [SALE[name] ?? name, value]);
    call("trigger_sales_tracker", { trackerId, ...Object.fromEntries(sale) });
  },
  agents_are_available: () => get("state").availability === "online",
  chat_window_maximized: isVisible("maximized"),
  chat_window_minimized: isVisible("minimized"),
  chat_window_hidden: isVisible("hidden"),
  visitor_queued: hasStatus("queued"),
  chat_running: hasStatus("chatting"),
  visitor_engaged: hasStatus("queued", "chatting", "invited"),
  get_window_type: () => "embedded",
  get_visitor_id: () => get("customer_data").id,
  get_chat_id: () => get("chat_data").chatId,
  get_last_visit_timestamp: () => get("statistics").last_visit_timestamp ?? null,
  get_visits_number: () => get("statistics").visits_count ?? 0,
  get_page_views_number: () => get("statistics").page_views_count ?? 0,
  get_chats_number: () => get("statistics").chats_count ?? 0,
};
Object.assign(olderApi, methods);

// -- what the page called meanwhile, first things first

for (const [name, args] of olderApi._q.splice(0)) {
  if (Object.hasOwn(methods, name)) olderApi[name](...args);
  else console.error(`[LC_API] There is no "${name}".`);
}
olderApi._q = null;

// -- callbacks

/** @param {string} callback @param {any[]} payload */
const tell = (callback, ...payload) => olderApi[callback]?.(...payload);
/** @param {string} name @param {(detail: any) => void} react */
const when = (name, react) =>
  addEventListener(`livechat:${name}`, (/** @type {any} */ event) => react(event.detail));

/** @type {Record<string, string>} */
const WINDOWS = {
  maximized: "on_chat_window_opened",
  minimized: "on_chat_window_minimized",
  hidden: "on_chat_window_hidden",
};
/** @type {Record<string, string>} */
const FORMS = {
  prechat: "on_prechat_survey_submitted",
  postchat: "on_postchat_survey_submitted",
  ticket: "on_ticket_created",
};
/** @type {Record<string, string>} */
const STATES = { online: "online_for_chat", offline: "offline" };

let wasChatting = false;
let wasLoaded = false;

function loaded() {
  wasLoaded = true;
  wasChatting = hasStatus("chatting")();
  tell("on_before_load");
  tell("on_after_load");
}

when("ready", loaded);
when("visibility_changed", ({ visibility }) => tell(WINDOWS[visibility]));
when("availability_changed", ({ availability }) =>
  tell("on_chat_state_changed", { state: STATES[availability] }));
when("customer_status_changed", ({ status }) => {
  const isChatting = status === "chatting";
  if (isChatting) tell("on_chat_started", { agent_name: get("statistics").agent_name ?? "" });
  else if (wasChatting) tell("on_chat_ended");
  wasChatting = isChatting;
});
when("message", (message) => tell("on_message", message));
when("form_submitted", ({ type, ...form }) => tell(FORMS[type], form));
when("rating_submitted", (rating) => tell("on_rating_submitted", rating));
when("rating_comment_submitted", (text) => tell("on_rating_comment_submitted", text));

// If the widget was ready before this file came, this is called at once.
window.LiveChatWidget.once("ready", () => wasLoaded || loaded());
