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
  version: string;
  /** The widget's own group. */
  group: number;
  /** The groups in which somebody is there, if that is known. */
  online?: number[];
  /** It is outside the opening hours. */
  closed?: boolean;
  /** What stands instead of the launcher when nobody is there: "" for nothing. */
  link?: string;
  icon?: string;
  pages?: string;
  position?: string;
  theme?: string;
};
declare const PANEL_CSS: string;
declare const ORGANIZATION: string;
declare const KEY: string;

interface LoaderTexts {
  open: string;
  close: string;
  /** Where the launcher is one. */
  link?: string;
  unread: string;
  title: string;
  failed: string;
  page: string;
  label: string;
}

/** The files of `life`, as one function. */
declare function start(api: LoaderApi): void;
/** What the files of `life` are started with. */
declare const api: LoaderApi;
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

interface LoaderWidget {
  // who the customer is for this page
  identity?: string | null;
  token?: string | null;
  /** The token of who is logging out. */
  leaving?: string | null;
  draft?: string | null;
  /** The page wants these session variables and no others. */
  replace?: boolean;

  // what is shown
  theme?: string;
  unread?: number;
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
  words?: LoaderTexts;
  signal?: AbortSignal;
  known?: LoaderKnown;
  shadow?: ShadowRoot;
  root?: HTMLElement;
  add?(parent: Element, tag: string, text?: string, space?: string): any;
  listen?(target: EventTarget, name: string, handler: (event: any) => void): void;
  later?(action: () => void, delay?: number): number;
  storage?(area: StorageArea, value?: string | null): string | null | undefined;
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
  navigation?: EventTarget & { currentEntry?: unknown };
}

interface Document {
  readonly prerendering?: boolean;
}
