// The contract of the scripts: what the website's page and the panel say to each other, the events
// on the panel's document, and the elements of its shell. docs/browser-messages.md explains them.

type StorageArea = "localStorage" | "sessionStorage";

// ---- The website's page to the panel: `{chat: name, ...}` by postMessage

interface Page {
  url: string;
  title: string;
  referrer: string;
}

/** What the website has told of its visitor. `replace`: these variables and no others. */
interface Visitor {
  name?: string;
  email?: string;
  session?: Record<string, string>;
  replace?: boolean;
}

/** An invitation of ours that the customer accepted: the first words of the chat. */
interface InvitationToPanel {
  id: string;
  variant: string;
  text: string;
  face?: string;
}

/** The version of the owner's text that the customer agreed to, and when: ISO 8601. */
interface Consent {
  version: string;
  at: string;
}

interface MessagesToPanel {
  invitation: InvitationToPanel;
  press: { button: string };
  here: {};
  hello: {
    token?: string | null;
    heard?: number;
    identity?: string | null;
    page?: Page;
    language?: string;
    customer?: Visitor;
    open?: boolean;
    /** Nothing would open it again: it cannot be closed. */
    stays?: boolean;
    focus?: boolean;
    notifications?: NotificationPermission;
    theme?: string;
    draft?: string | null;
    invitation?: InvitationToPanel;
    press?: string;
    group?: number | string;
    consent?: Consent;
  };
  visible: { visible: boolean; focus: boolean };
  page: { page: Page };
  customer: Visitor;
  draft: { text: string };
  logout: { token: string; forget?: boolean };
  notifications: { permission?: NotificationPermission };
  reveal: { event: string };
  check_goals: {};
  push: { isReady?: boolean; subscription?: PushSubscriptionJSON | null };
  hide_greeting: {};
  close_chat: {};
  disable_sounds: {};
}

// ---- The panel to the website's page, the same way

/** `id` is its element's in the panel. */
interface UnreadMessage {
  id: string;
  name: string;
  face?: string;
  text: string;
}

interface MessagesToHost {
  early: {};
  ready: {};
  token: { token: string | null };
  consent: { consent: Consent | null };
  close: {};
  unread: { count: number; messages?: UnreadMessage[]; dismiss?: string };
  ask_to_notify: {};
  notify: { title: string; body: string };
  push: { key?: string };
  event: { name: string; data: unknown };
  state: {
    availability?: string;
    status: string;
    chatId: string | null;
    threadId: string | null;
    customer: { id: string | null; name?: string; email?: string };
    statistics?: Record<string, unknown>;
  };
}

type MessageOf<Messages> = {
  [Name in keyof Messages]: { chat: Name } & Messages[Name];
}[keyof Messages];
type MessageToPanel = MessageOf<MessagesToPanel>;
type MessageToHost = MessageOf<MessagesToHost>;

// ---- The website's page to the hidden frame of a tracked visitor, and back, the same way

interface VisitorToFrame {
  hello: {
    token?: string | null;
    identity?: string | null;
    /** How often somebody else has come since the page was loaded. */
    person?: number;
    page: Page;
    language: string;
    customer: Visitor;
    group?: number;
    consent?: Consent;
  };
  leave: {};
  page: { page: Page };
  customer: { customer: Visitor };
  accept: { id: number; uniqueId: string };
  cancel: { uniqueId: string };
  press: { uniqueId: string; button: string };
  check_goals: {};
}

interface VisitorToPageMessages {
  ready: {};
  /** `person`: as the frame was told it when it asked. */
  token: { token: string | null; person?: number };
  visitor: VisitorNews;
}

type VisitorMessage = MessageOf<VisitorToFrame>;
type VisitorToPage = MessageOf<VisitorToPageMessages>;

// ---- The panel to the server, as JSON on the socket: one object, what it says by name

interface MessageToServer {
  hello?: { page: Partial<Page>; group: string; zone: string; language: string; event: string; visible: boolean };
  visible?: boolean;
  page?: Partial<Page>;
  seen?: { chat: string; at: string; arrived: boolean };
  sneak_peek?: { chat: string; text: string };
}

// ---- Events on the panel's document

type HostEvents = { [Name in keyof MessagesToPanel as `host:${Name}`]: MessagesToPanel[Name] };

interface PanelEvents extends HostEvents {
  "tell-host": MessageToHost;
  "tell-server": MessageToServer;
  /** The bearer token changed; null for none. */
  identified: string | null;
  /** Another person uses this browser from now on. */
  "somebody-else": null;
  "forgotten": null;
  /** The server does not know our token. */
  "token-refused": null;
  /** The customer has agreed to what the owner asks first. */
  agreed: null;
  /** The owner asks first, or asks something else than this page. */
  "ask-again": null;
  /** An agent's message came while nobody looked. */
  unnoticed: HTMLElement;
  /** An answer of the server carries an event for the website: see HX-Trigger. */
  "host-event": { name: string; data: unknown };
  /** What the server sent stands on the page. */
  shown: null;
  /** The customer says this, by something they have opened. */
  say: string;
  /** The customer has made this file here: their voice. */
  "send-file": File;
  /** What an application has found out of the customer. */
  attributes: Record<string, string>;
  /** The server was reached after all. */
  reached: null;
  /** No socket has come up for a while. */
  "no-socket": null;
  /** The chat was closed here: the widget is switched off, or not for this website any more. */
  gone: null;
}

type CustomEvents<Events> = { [Name in keyof Events]: CustomEvent<Events[Name]> };

// ---- htmx, as far as it is used

/** `carry` sends it in a way of its own, if it is there. */
interface CustomerRequest extends RequestInit {
  method: string;
  headers: Record<string, string>;
  carry?: (url: string, request: CustomerRequest) => Promise<Response>;
}

interface HtmxContext {
  sourceElement: HTMLElement;
  request: CustomerRequest & { abort?: () => void };
  response: { status: number };
  fetch: (url: string, request: CustomerRequest) => Promise<Response>;
}

interface HtmxSocket {
  socket: WebSocket | null;
  config: { protocols?: string[]; reconnect: boolean };
}

interface HtmxStream {
  reader: ReadableStreamDefaultReader | null;
}

/** One place to be changed. `fragment` is not on the page yet. */
interface HtmxSwap {
  type: string;
  target: Element | string;
  fragment: DocumentFragment;
  swapSpec?: { style?: string };
}

interface HtmxEvents {
  "htmx:config:request": { ctx: HtmxContext };
  "htmx:before:request": { ctx: HtmxContext };
  "htmx:after:request": { ctx: HtmxContext };
  "htmx:error": { ctx?: HtmxContext };
  "htmx:before:swap": { ctx: HtmxContext; tasks: HtmxSwap[] };
  "htmx:after:swap": unknown;
  "htmx:before:ws:connection": { connection: HtmxSocket };
  "htmx:after:ws:connection": { connection: HtmxSocket };
  "htmx:before:ws:message": { message: { text: string; json: unknown; cancelled: boolean } };
  "htmx:after:ws:message": unknown;
  "htmx:ws:close": { connection: HtmxSocket; code: number };
  "htmx:after:sse:connection": { connection: HtmxStream };
  "htmx:before:sse:message": unknown;
  "htmx:after:sse:message": unknown;
  "htmx:sse:close": unknown;
}

declare const htmx: {
  process(element: Element): void;
  trigger(element: Element, name: string): void;
  ajax(method: string, url: string, options: object): Promise<void>;
  ext?: { ws?: { getRegistry(): { clear(): void } } };
};

interface DocumentEventMap extends CustomEvents<PanelEvents>, CustomEvents<HtmxEvents> {}

// ---- The panel's shell: what its scripts reach by id, see templates/widget/customers

interface PendingForm extends HTMLFormElement {
  custom_id: HTMLInputElement;
  attempt: HTMLInputElement;
  text: HTMLInputElement;
  file: HTMLInputElement;
}

/** A message that has not arrived yet. `attempt` counts the tries before. */
interface Unsent {
  custom_id: string;
  text: string;
  attempt: number;
}

interface PanelElements {
  availability: HTMLElement;
  composer: HTMLFormElement;
  consent: HTMLElement;
  email: HTMLInputElement;
  emoji: HTMLElement;
  "end-dialog": HTMLDialogElement;
  extras: HTMLElement;
  files: HTMLInputElement;
  forgotten: HTMLTemplateElement;
  group: HTMLElement;
  invitation: HTMLElement;
  invited: HTMLElement;
  log: HTMLElement;
  menu: HTMLElement;
  name: HTMLInputElement;
  message: HTMLTextAreaElement;
  mute: HTMLButtonElement;
  notice: HTMLElement;
  notify: HTMLInputElement;
  pending: HTMLElement;
  "pending-file": HTMLTemplateElement;
  "pending-message": HTMLTemplateElement;
  preview: HTMLElement;
  push: HTMLElement;
  scroll: HTMLElement;
  "seen-mark": HTMLTemplateElement;
  socket: HTMLElement;
  spoken: HTMLElement;
  stream: HTMLElement;
  sound: HTMLInputElement;
  state: HTMLElement;
  threads: HTMLElement;
  "to-end": HTMLButtonElement;
}

interface Document {
  getElementById<Id extends keyof PanelElements>(id: Id): PanelElements[Id];
}

interface ParentNode {
  querySelector(selectors: "form"): HTMLFormElement;
  querySelector<Found extends HTMLElement = HTMLElement>(selectors: string): Found;
  querySelectorAll<Found extends HTMLElement = HTMLElement>(selectors: string): NodeListOf<Found>;
}

interface Element {
  readonly firstElementChild: HTMLElement | null;
  readonly lastElementChild: HTMLElement | null;
  readonly nextElementSibling: HTMLElement | null;
  readonly previousElementSibling: HTMLElement | null;
  closest<Found extends HTMLElement = HTMLElement>(selectors: string): Found | null;
}

interface Window {
  /** What the page said before the panel's scripts were there: see preconnect.js. */
  firstHello?: Pick<MessageEvent, "source" | "origin" | "data">;
  Temporal?: { Now: { timeZoneId(): string } };
}
