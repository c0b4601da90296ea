// The window that asks whether this device may show notifications. What it may do for the chat is
// said behind the # of its address, which is taken away at once.
const { key, widget, worker, scope } = document.documentElement.dataset;
const ticket = location.hash.slice(1);
const ask = document.getElementById("ask");
history.replaceState(null, "", location.pathname + location.search);

ask.querySelector("button").addEventListener("click", async () => {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return show("blocked");
  try {
    show(await subscribe() ? "done" : "failed");
  } catch {
    show("failed");
  }
});
if (!("PushManager" in window)) show("failed");

async function subscribe() {
  await navigator.serviceWorker.register(worker, { scope });
  const registration = await whenActive(scope);
  const old = await registration.pushManager.getSubscription();
  await old?.unsubscribe(); // it may have been made with another key
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (await registration.pushManager.subscribe(options)).toJSON();
  registration.active.postMessage({ widget, subscribed: true }, [new MessageChannel().port2]);
  const body = new URLSearchParams({ endpoint, ...keys, ticket });
  return (await fetch(location.href, { method: "POST", body, credentials: "omit" })).ok;
}

/** Not `ready`, which waits for good where no page of the scope is open. @param {string} under */
async function whenActive(under) {
  for (;;) {
    const registration = await navigator.serviceWorker.getRegistration(under);
    if (registration?.active) return registration;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {"done" | "blocked" | "failed"} id */
function show(id) {
  for (const each of ["done", "blocked", "failed"]) document.getElementById(each).hidden = each !== id;
  ask.hidden = id === "done";
  if (id !== "done") return;
  opener?.postMessage("permitted", location.origin);
  close();
}
