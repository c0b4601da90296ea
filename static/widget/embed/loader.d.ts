// The contract of the loader's files: what the server puts in, what its two halves share. What a
// website may call is in docs/host-api.d.ts, what is said to the panel in ../messages.d.ts.

// ---- Put in by the server: see widget/embed/views.py and scripts.py

/** The widget's public configuration; what its owner left as it was is missing. */
declare const settings: {
  key: string;
  /** The widget in whose place a draft stands. */
  of?: string;
  texts: Record<string, LoaderTexts>;
  css: string;
  /** Changes with whatever the parts are. */
  version: string;
  /** The widget's own group. */
  group: number;
  /** The groups in which somebody is there, if that is known. */
  online?: number[];
  /** Where the launcher leads while nobody is there. */
  link?: string;
  /** The version of the text that customers have to agree to first. */
  consent?: string;
  /** What the panel's frame may ask for: the microphone, where customers may send their voice. */
  allow?: string;
  /** Whether visitors are tracked. */
  visitors?: boolean;
  /** Its invitations, in their own script. */
  invitations?: any;
  /** The name of the button that closes one, in the scripts of invitations and greetings. */
  dismiss?: string;
  /** That of the button that takes a greeting up. */
  reply?: string;
  /** An SVG path in a square of 24. */
  icon: string;
  pages?: string;
  position?: string;
  theme?: string;
};
declare const PANEL_CSS: string;
declare const GREETING_CSS: string;
declare const BESIDE_CSS: string;
declare const ORGANIZATION: string;
/** What the panel's half says. `unread` has a % in the place of the number. */
declare const WORDS: { title: string; unread: string };
declare const KEY: string;
declare const ANALYTICS: "gtag" | "gtm";
declare const CONSENT: string;

interface LoaderTexts {
  open: string;
  close: string;
  /** Where the launcher is one. */
  link?: string;
  /** Why there is no panel, as a link to the page that needs none. */
  failed: string;
  label: string;
}

/** What the files of `visitors` are started with: they load the panel where there is a chat. */
declare const load: () => void;
/** Those that the page may call, by name. */
declare const methods: Record<string, (...args: any[]) => void>;

/** The files of `life`, as one function. */
declare function start(api: LoaderApi): void;
/** What the files of `life` are started with. */
declare const api: LoaderApi;
/** The same as `LoaderWidget.said`, for those of `consent`. */
declare const said: boolean[];
/** What those of `loader_panel` are started with. */
declare const widget: LoaderWidget;

// ---- `LiveChatWidget`, as the loader makes it

type LoaderHandle = (method: string, args: any[]) => any;

interface LoaderApi {
  [method: string]: any;
  /** What waits for the start. */
  _q: [string, any[]][];
  /** What answers once it is started. */
  _h: LoaderHandle | null;
  _v: string;
}

/** `window.__lc` */
interface LoaderConfiguration {
  organizationId?: string;
  group?: any;
  asyncInit?: boolean;
  params?: unknown;
  visitor?: { name?: unknown; email?: unknown };
}

interface LoaderKnown {
  statistics: Record<string, unknown>;
  state: { availability: string; visibility: string };
  customer_data?: {
    name: string;
    email: string;
    isReturning: boolean;
    sessionVariables: Record<string, string>;
    id: string | null;
    status: string;
  };
  chat_data?: { chatId: string | null; threadId: string | null };
}

// ---- What the loader's two halves share

/** What stands beside the launcher. `open`: what a click on its text does. */
interface BesideCard {
  id: string;
  text: string;
  name?: string;
  face?: string;
  /** What closing it is called. */
  dismiss: string;
  dismissed(): void;
  open?(): void;
  /** Each with its label and what it does; one without a label does not stand there. */
  buttons: [string | undefined, () => void][];
  element?: HTMLElement;
}

/** An invitation as the server tells it; what is not so is missing. See widget/options/invitations.py. */
interface ShownInvitation {
  id: string;
  name: string;
  a: string;
  b?: string;
  face?: string;
  chat: string;
  words?: string;
  link?: string;
  link_label?: string;
  no?: string;
  pages?: string;
  campaign?: [string, string];
  seconds?: number;
  scroll?: number;
  leaving?: boolean;
  page_count?: number;
  visitor?: string;
  device?: string;
  availability?: string;
  values?: string[][];
  days?: number;
  a_day?: number;
}

/** A greeting of LiveChat's, as the server tells it; what is not so is missing. See greetings.py. */
interface ShownGreeting {
  id: number;
  uniqueId: string;
  name?: string;
  face?: string;
  accepted?: boolean;
  is_exit_intent?: boolean;
  is_announcement?: boolean;
  cards: ShownCard[];
}

interface ShownCard {
  title?: string;
  text?: string;
  picture?: ShownPicture;
  buttons?: GreetingButton[];
}

interface ShownPicture {
  url: string;
  words?: string;
  width?: number;
  height?: number;
}

interface GreetingButton {
  text: string;
  id?: string;
  /** message, url, phone, webview, cancel; missing for one that only tells it was pressed. */
  type?: string;
  link?: string;
  /** It leads there in this tab. */
  here?: boolean;
}

/** What the server tells a page of a visitor who has not opened the chat. */
interface VisitorNews {
  greeting: ShownGreeting | null;
  customer: string;
  has_chat: boolean;
  is_chatting: boolean;
}

interface LoaderWidget {
  /** The button of a greeting that was pressed and that the panel is not told yet. */
  press?: string | null;
  /** Who the customer is has changed: tell the panel, if it is there. */
  hello?(): void;
  /** The invitation that was accepted and is not told yet. */
  invitation?: InvitationToPanel;
  /** What the page has told for its invitations. */
  values?: Record<string, any>;
  // who the customer is for this page
  identity?: string | null;
  /** The token that was kept when the page named them; until the panel is told. */
  since?: string | null;
  token?: string | null;
  /** How many tokens the panel that stands has told us. */
  heard?: number;
  /** The token of whoever is logging out. */
  leaving?: string | null;
  /** They withdraw their consent by it. */
  forget?: boolean | null;
  /** The version of the text that the customer agreed to, and when. */
  consent?: string;
  consentedAt?: string;
  mayStore?(): boolean;
  /** What `set_consent` was called with and is not done yet. */
  said?: boolean[];
  isTracked?: boolean;
  agree?(consent: Consent | null): void;
  draft?: string | null;
  /** The page wants these session variables and no others. */
  replace?: boolean;

  // what is shown
  theme?: string;
  unread?: number;
  /** The same in words. */
  news?: string | 0;
  /** The panel has drawn itself. */
  isAlive?: boolean;
  frame?: HTMLIFrameElement;
  /** What had the focus when the customer opened the chat. */
  opener?: Element | false;

  // what the first half does for the second
  options?: DOMStringMap;
  configured?: LoaderConfiguration;
  home?: string;
  language?: string;
  signal?: AbortSignal;
  known?: LoaderKnown;
  shadow?: ShadowRoot;
  root?: HTMLElement;
  add?(parent: Element, tag: string, text?: string, space?: string): any;
  listen?(target: EventTarget, name: string, handler: (event: any) => void): void;
  later?(action: () => void, delay?: number): number;
  storage?(area: StorageArea, value?: string | null, key?: string): string | null | undefined;
  emit?(name: string, detail: unknown): void;
  show?(visibility: string, byCustomer?: boolean): void;
  draw?(): void;
}

/** What the second half does for the first. */
interface LoaderPanel {
  post(message: MessageToPanel): void;
  hello(): void;
  customer(): void;
  draft(): void;
  load(): void;
  unload(): void;
  shown(): void;
}

interface Window {
  LiveChatWidget?: LoaderApi;
  LC_API?: any;
  __lc?: LoaderConfiguration;
  gtag?(command: "event", name: string, parameters: object): void;
  dataLayer?: object[];
  navigation?: EventTarget & { currentEntry?: unknown; entries?(): { key?: string }[] };
}

interface Document {
  readonly prerendering?: boolean;
}
