// Notifications by the website's own service worker, if that imports ours. Fetched when the panel
// asks for it, which is after the customer has written.
const WORKER_PATIENCE = 2000; // ms

/**
 * @param {string | undefined} key None: say whether it can be done.
 * @returns {Promise<{ isReady?: boolean, subscription?: PushSubscriptionJSON | null }>}
 */
export async function push(key) {
  const registration = await navigator.serviceWorker?.getRegistration();
  const worker = registration?.active;
  if (!key) return { isReady: Boolean(worker) && await isOurs(worker, {}) };
  try {
    if (await Notification.requestPermission() !== "granted") return { subscription: null };
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = (await registration.pushManager.subscribe(options)).toJSON();
    await isOurs(worker, { subscribed: true });
    return { subscription };
  } catch {
    return { subscription: null }; // the website has subscriptions of its own, say
  }
}

/**
 * @param {ServiceWorker} worker
 * @param {object} news What it is told when it is asked.
 * @returns {Promise<boolean>}
 */
function isOurs(worker, news) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), WORKER_PATIENCE);
    worker.postMessage({ widget: KEY, ...news }, [port2]);
  });
}
