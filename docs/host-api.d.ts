/**
 * Types for everything a website may call: see host-api.md.
 *
 * Copy this file into your project, anywhere TypeScript looks (for example `src/host-api.d.ts`).
 * It only declares globals, so there is nothing to import.
 */

interface LiveChatWidgetState {
  availability: "online" | "offline";
  visibility: "maximized" | "minimized" | "hidden";
}

interface LiveChatWidgetCustomer {
  name: string;
  email: string;
  isReturning: boolean;
  sessionVariables: Record<string, string>;
  /** Null until the customer has written. */
  id: string | null;
  status: "queued" | "chatting" | "browsing" | "invited";
}

interface LiveChatWidgetChat {
  chatId: string | null;
  threadId: string | null;
}

/** What LiveChat counts about the customer; empty until it has told us. */
interface LiveChatWidgetStatistics {
  visits_count?: number;
  page_views_count?: number;
  chats_count?: number;
  last_visit_timestamp?: number;
  agent_name?: string;
}

/** What may be told about a customer: everything that can be written as text. */
type LiveChatWidgetText = string | number | boolean | bigint | null | undefined;
type LiveChatWidgetVariables =
  | Record<string, LiveChatWidgetText>
  | { name: string; value: LiveChatWidgetText }[];

interface LiveChatWidgetGreeting {
  id: number;
  uniqueId: string;
}

/** One that an owner wrote in the admin. `variant`: "b" for the text to compare with. */
interface LiveChatWidgetInvitation {
  id: string;
  name: string;
  variant: "a" | "b";
}

/** What was said, as LC_API tells it. */
interface LiveChatWidgetMessage {
  text: string;
  user_type: "agent" | "visitor";
  /** In ms since 1970. */
  timestamp: number;
  agent_name?: string;
  agent_login?: string;
}

/** What else it says becomes a session variable as well. */
interface LiveChatWidgetSale {
  trackerId: string;
  orderPrice?: string;
  orderId?: string;
  [detail: string]: LiveChatWidgetText;
}

/** `LiveChatWidget.get(name)` */
interface LiveChatWidgetGetters {
  state: LiveChatWidgetState;
  customer_data: LiveChatWidgetCustomer;
  chat_data: LiveChatWidgetChat;
  statistics: LiveChatWidgetStatistics;
}

/** `LiveChatWidget.call(name, payload)`: what each takes. */
interface LiveChatWidgetMethods {
  maximize: { messageDraft?: string } | void;
  minimize: void;
  hide: void;
  toggle: void;
  destroy: void;
  set_customer_name: LiveChatWidgetText;
  set_customer_email: LiveChatWidgetText;
  set_session_variables: LiveChatWidgetVariables;
  update_session_variables: LiveChatWidgetVariables;
  set_page_values: Record<string, LiveChatWidgetText>;
  hide_greeting: void;
  identify: string;
  /** Where the owner asks for consent first: what your visitor has agreed to elsewhere. */
  set_consent: boolean;
  logout: void;
  reset: void;
  close_chat: void;
  disable_sounds: void;
  trigger_sales_tracker: LiveChatWidgetSale;
  track_sales_event: { name: string; data: unknown };
  check_goals: void;
}

/** `LiveChatWidget.on(name, handler)`: what each handler receives. */
interface LiveChatWidgetEvents {
  ready: { state: LiveChatWidgetState; customerData: LiveChatWidgetCustomer };
  availability_changed: Pick<LiveChatWidgetState, "availability">;
  visibility_changed: Pick<LiveChatWidgetState, "visibility">;
  customer_status_changed: Pick<LiveChatWidgetCustomer, "status">;
  new_event: {
    /** In ms since 1970. */
    timestamp: number;
    type: "message" | "rich_message" | "file";
    author: { id: string; type: "customer" | "agent" };
  };
  form_submitted: { type: "prechat" | "postchat" | "ticket" };
  rating_submitted: "good" | "bad" | "none";
  rating_comment_submitted: string;
  greeting_displayed: LiveChatWidgetGreeting;
  greeting_accepted: LiveChatWidgetGreeting;
  greeting_hidden: LiveChatWidgetGreeting;
  rich_message_button_clicked: {
    eventId: string;
    postbackId: string;
    greeting?: LiveChatWidgetGreeting;
  };
  invitation_shown: LiveChatWidgetInvitation;
  invitation_accepted: LiveChatWidgetInvitation;
  invitation_dismissed: LiveChatWidgetInvitation;
  consent_changed: { agreed: boolean };
  unread_count_changed: { count: number };
  message: LiveChatWidgetMessage;
  identity_lost: { reason: string };
  error: { reason: string };
  trigger_sales_tracker: LiveChatWidgetSale;
  track_sales_event: { name: string; data: unknown };
  set_page_values: Record<string, LiveChatWidgetText>;
}

type LiveChatWidgetHandler<Name extends keyof LiveChatWidgetEvents> = (
  detail: LiveChatWidgetEvents[Name],
) => void;

interface LiveChatWidgetApi {
  call<Name extends keyof LiveChatWidgetMethods>(
    name: Name,
    ...payload: LiveChatWidgetMethods[Name] extends void ? [] : [LiveChatWidgetMethods[Name]]
  ): void;
  /** Throws before `init()`. */
  get<Name extends keyof LiveChatWidgetGetters>(name: Name): LiveChatWidgetGetters[Name];
  on<Name extends keyof LiveChatWidgetEvents>(
    name: Name,
    handler: LiveChatWidgetHandler<Name>,
  ): void;
  once<Name extends keyof LiveChatWidgetEvents>(
    name: Name,
    handler: LiveChatWidgetHandler<Name>,
  ): void;
  off<Name extends keyof LiveChatWidgetEvents>(
    name: Name,
    handler: LiveChatWidgetHandler<Name>,
  ): void;
  init(): void;
  scriptTagVersion(): string;
}

/** `window.__lc`, set before the script runs. */
interface LiveChatWidgetConfiguration {
  organizationId?: string;
  license?: number | string;
  group?: number | string;
  asyncInit?: boolean;
  params?: LiveChatWidgetVariables;
  visitor?: { name?: LiveChatWidgetText; email?: LiveChatWidgetText };
  [other: string]: unknown;
}

/**
 * LiveChat's older API, version 1.0. The first touch fetches it: until it is there, what is called
 * waits, and questions are answered with undefined.
 */
interface LiveChatOlderApi {
  set_custom_variables(variables: LiveChatWidgetVariables): void;
  update_custom_variables(variables: LiveChatWidgetVariables): void;
  set_visitor_name(name: LiveChatWidgetText): void;
  set_visitor_email(email: LiveChatWidgetText): void;
  open_chat_window(): void;
  minimize_chat_window(): void;
  hide_chat_window(): void;
  close_chat(): void;
  disable_sounds(): void;
  hide_greeting(): void;
  trigger_sales_tracker(trackerId: string, variables?: { name: string; value: LiveChatWidgetText }[]): void;

  agents_are_available(): boolean | undefined;
  chat_window_maximized(): boolean | undefined;
  chat_window_minimized(): boolean | undefined;
  chat_window_hidden(): boolean | undefined;
  visitor_queued(): boolean | undefined;
  visitor_engaged(): boolean | undefined;
  chat_running(): boolean | undefined;
  get_window_type(): "embedded" | undefined;
  get_visitor_id(): string | null | undefined;
  get_chat_id(): string | null | undefined;
  get_last_visit_timestamp(): number | null | undefined;
  get_visits_number(): number | undefined;
  get_page_views_number(): number | undefined;
  get_chats_number(): number | undefined;

  on_before_load?(): void;
  on_after_load?(): void;
  on_chat_window_opened?(): void;
  on_chat_window_minimized?(): void;
  on_chat_window_hidden?(): void;
  on_chat_state_changed?(data: { state: "online_for_chat" | "offline" }): void;
  on_chat_started?(data: { agent_name: string }): void;
  on_chat_ended?(): void;
  on_message?(message: LiveChatWidgetMessage): void;
  on_ticket_created?(ticket: { ticket_id?: string; text?: string; [detail: string]: unknown }): void;
  on_prechat_survey_submitted?(form: { form_data?: { label: string; value: string }[] }): void;
  on_postchat_survey_submitted?(form: { form_data?: { label: string; value: string }[] }): void;
  on_rating_submitted?(rating: "good" | "bad" | "none"): void;
  on_rating_comment_submitted?(comment: string): void;
}

/** `addEventListener("livechat:new_event", ({ detail }) => …)` */
type LiveChatWidgetWindowEvents = {
  [Name in keyof LiveChatWidgetEvents as `livechat:${Name}`]: CustomEvent<
    LiveChatWidgetEvents[Name]
  >;
};

interface WindowEventMap extends LiveChatWidgetWindowEvents {}

interface Window {
  LiveChatWidget: LiveChatWidgetApi;
  LC_API: LiveChatOlderApi;
  __lc?: LiveChatWidgetConfiguration;
}

declare var LiveChatWidget: LiveChatWidgetApi;
declare var LC_API: LiveChatOlderApi;
