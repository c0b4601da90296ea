// Shows that there is an answer, and opens the chat at it. A service worker of our own, or one
// line in a website's: importScripts("https://chat.example/w/KEY/worker.js").
// What is not ours is left to the website's own listeners.
{
  const KEY = WIDGET_KEY;
  const CACHE = `livechat-widget:${KEY}`;
  const MARK = "/livechat-widget/told"; // an address of nothing, under which a note is kept

  // When a website's own worker begins is for the website to say.
  if (self.location.pathname.endsWith(`/w/${KEY}/worker.js`)) {
    self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  }
  self.addEventListener("message", ({ data, ports }) => {
    if (data?.widget === KEY) ports[0].postMessage(true);
  });
  self.addEventListener("push", (event) => {
    const news = read(event.data);
    if (news?.widget === KEY) event.waitUntil(tellOnce(news));
  });
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
