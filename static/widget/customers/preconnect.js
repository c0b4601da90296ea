// Runs before the rest of the panel is read, and hears what the host page says first. While the
// browser is still busy with the panel, the server asks LiveChat for the chat of a customer whom
// the page knows, and what a conversation needs is on its way.

/** @param {MessageEvent} event */
function receiveHello({ source, origin, data }) {
  if (source !== parent || data?.chat !== "hello") return;
  removeEventListener("message", receiveHello);
  window.firstHello = { source, origin, data };
  if (!data.token || data.identity) return; // the token may turn out to be another person's
  const headers = { Authorization: `Bearer ${data.token}`, "X-Chat-Group": data.group ?? "" };
  const body = new URLSearchParams(data.page);
  fetch("expected", { method: "POST", headers, body, credentials: "omit" }).catch(() => {});
  const { conversation, conversationStyle } = document.documentElement.dataset;
  preload("script", conversation);
  preload("style", conversationStyle);
}

/**
 * @param {string} kind
 * @param {string} address
 */
function preload(kind, address) {
  const link = { rel: "preload", as: kind, href: address };
  document.head.append(Object.assign(document.createElement("link"), link));
}

if (parent !== window) {
  addEventListener("message", receiveHello);
  parent.postMessage({ chat: "early" }, "*");
}
