// Shows that there is an answer, and opens the chat at it. A service worker of our own, or one
// line in a website's: importScripts("https://chat.example/w/KEY/worker.js").
// What is not ours is left to the website's own listeners.
{
  const KEY = WIDGET_KEY;
  const RENEWED = RENEWED_ADDRESS; // of our server
  const PUSH_KEY = PUBLIC_KEY; // "" where nobody is told
  const CACHE = `livechat-widget:${KEY}`;
  // Addresses of nothing, under which notes are kept: what was told last, and to which subscription.
  const MARK = "/livechat-widget/told";
  const SUBSCRIPTION = "/livechat-widget/subscription";

  // When a website's own worker begins is for the website to say.
  if (self.location.pathname.endsWith(`/w/${KEY}/worker.js`)) {
    self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  }
  self.addEventListener("message", (event) => {
    const { data, ports } = event;
    if (data?.widget !== KEY) return;
    ports[0].postMessage(true);
    event.waitUntil(data.subscribed ? note() : keepUp());
  });
  self.addEventListener("push", (event) => {
    const news = read(event.data);
    if (news?.widget === KEY) event.waitUntil(Promise.all([tellOnce(news), keepUp()]));
  });
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
  self.addEventListener("notificationclick", (event) => {
    const { data } = event.notification;
    if (data?.widget !== KEY) return;
    event.notification.close();
    event.waitUntil(open(data.url));
  });

  function read(data) {
    try {
      return data.json();
    } catch {
      return null;
    }
  }

  // The server repeats what it may have told before it died; what is older came late.
  let telling = Promise.resolve();
  function tellOnce(news) {
    telling = telling.then(() => tell(news), () => tell(news));
    return telling;
  }

  async function tell({ title, body, at, ...data }) {
    const cache = await caches.open(CACHE);
    const told = await (await cache.match(MARK))?.text() ?? "";
    if (at <= told) return;
    await self.registration.showNotification(title, {
      body, data, lang: data.lang, tag: CACHE, renotify: true,
    });
    await cache.put(MARK, new Response(at));
  }

  // The browser has ended a subscription by itself. Ours is the one of which there is a note.
  async function renew({ oldSubscription }) {
    const before = await noted();
    if (!before || (oldSubscription && oldSubscription.endpoint !== before.endpoint)) return;
    const { pushManager } = self.registration;
    if (!await pushManager.getSubscription()) {
      await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: PUSH_KEY });
    }
    await keepUp();
  }

  // Not every browser says that it has another one, and our server cannot always be reached: it is
  // looked at each time we run. Who we are says the one before, which nobody else knows.
  async function keepUp() {
    const [before, now] = await Promise.all([noted(), ours()]);
    if (before && now && before.endpoint !== now.endpoint) {
      const body = new URLSearchParams({ before: before.endpoint, secret: before.auth, ...now });
      await fetch(RENEWED, { method: "POST", mode: "no-cors", credentials: "omit", body });
    }
    await note();
  }

  async function ours() {
    const subscription = await self.registration.pushManager?.getSubscription();
    const key = subscription?.options?.applicationServerKey;
    if (!PUSH_KEY || !subscription || (key && inBase64(key) !== PUSH_KEY)) return null;
    const { endpoint, keys } = subscription.toJSON();
    return { endpoint, ...keys };
  }

  async function noted() {
    return (await (await caches.open(CACHE)).match(SUBSCRIPTION))?.json();
  }

  async function note() {
    const now = await ours();
    if (now) await (await caches.open(CACHE)).put(SUBSCRIPTION, new Response(JSON.stringify(now)));
  }

  function inBase64(binary) {
    const text = btoa(String.fromCharCode(...new Uint8Array(binary)));
    return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // A page that is open is used, if it is the same one, and its worker this one: no other may lead
  // it there. A click lets us do one thing that people see.
  async function open(url) {
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const [address] = url.split("#");
    const page = pages.find((each) => each.url.split("#")[0] === address);
    const moved = await page?.navigate(url).catch(() => null);
    return moved ? moved.focus() : clients.openWindow(url);
  }
}
