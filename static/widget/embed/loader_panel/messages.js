// What the panel says. docs/browser-messages.md lists it.
import { hello } from "./customer.js";
import { isFromPanel, listens, post, showPanel } from "./frame.js";
import { showUnread } from "./title.js";
import { showMessages } from "./unread.js";

/** @type {{ [Name in keyof MessagesToHost]: (message: MessagesToHost[Name]) => void }} */
export const messages = {
  /** It has begun to load: what it needs to know can be there when the rest of it is. */
  early() {
    listens();
    widget.heard = 0; // it may have loaded itself again
    if (!widget.leaving) hello();
  },
  ready() {
    listens();
    widget.isAlive = true;
    widget.draw();
    const { leaving, forget } = widget;
    if (leaving) post({ chat: "logout", token: leaving, forget });
    widget.leaving = widget.forget = null;
    hello();
    showPanel();
    revealLinked();
  },
  token({ token }) {
    widget.heard += 1;
    widget.token = token;
    widget.storage("localStorage", token);
  },
  consent: ({ consent }) => widget.agree(consent),
  /** Inline, nothing would open it again. */
  close: () => widget.options.inline || widget.show("minimized", true),
  unread({ count, messages = [], dismiss }) {
    showUnread(count);
    showMessages(messages, dismiss);
  },
  async ask_to_notify() {
    post({ chat: "notifications", permission: await Notification.requestPermission() });
  },
  notify: ({ title, body }) => notify(title, body),
  async push({ key }) {
    const part = await import(`${widget.home}push.js`);
    post({ chat: "push", ...await part.push(key) });
  },
  event: ({ name, data }) => widget.emit(name, data),
  state({ availability, status, chatId, threadId, customer, statistics }) {
    const { known } = widget;
    known.chat_data = { chatId, threadId };
    Object.assign(known.customer_data, customer);
    Object.assign(known.statistics, statistics);
    change(known.state, "availability", availability, "availability_changed");
    change(known.customer_data, "status", status, "customer_status_changed");
  },
};

/**
 * @param {string} title
 * @param {string} body
 */
async function notify(title, body) {
  const options = { body, tag: widget.home }; // one for all tabs
  try {
    new Notification(title, options).onclick = () => {
      window.focus();
      widget.show("maximized", true);
    };
  } catch { // Android's Chrome wants a service worker for it: the website's, if it has one
    const data = { widget: widget.home.split("/").at(-2), url: `${location.href.split("#")[0]}#chat` };
    const registration = await navigator.serviceWorker?.getRegistration();
    registration?.showNotification(title, { ...options, data });
  }
}

/** A notification leads to the page with the event in its address. */
function revealLinked() {
  const [, event] = location.hash.match(/^#chat=(.+)/) ?? [];
  if (event) post({ chat: "reveal", event: `event-${event}` });
}

/**
 * @param {Record<string, any>} known
 * @param {string} name
 * @param {string | undefined} value
 * @param {string} event
 */
function change(known, name, value, event) {
  if (!value || known[name] === value) return;
  known[name] = value;
  widget.emit(event, { [name]: value });
}

/**
 * @template {keyof MessagesToHost} Name
 * @param {Name} name
 * @param {MessagesToHost[Name]} message
 */
const receive = (name, message) => messages[name](message);

widget.listen(window, "hashchange", revealLinked);
widget.listen(window, "message", (event) => {
  if (!isFromPanel(event) || !event.data) return;
  /** @type {{ chat: keyof MessagesToHost } & any} */
  const message = event.data;
  if (Object.hasOwn(messages, message.chat)) receive(message.chat, message);
});
