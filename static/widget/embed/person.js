// On a website where people sign in: who signed out there leaves the chat of this browser, too.
// KEY is the widget's, CONSENT the version of the text that customers have to agree to before
// anything is stored, "" if nobody asks. `data-identity` is there while somebody is signed in.
(function () {
  const name = "livechat-widget:" + KEY;
  const note = () => localStorage.setItem(name + ":person", "1");
  try {
    const agreed = localStorage.getItem(name + ":consent") || "";
    if (document.currentScript.dataset.identity) {
      if (!CONSENT || agreed.startsWith(CONSENT + " ")) note();
      addEventListener("livechat:consent_changed", (/** @type {any} */ { detail }) => detail.agreed && note());
    } else if (localStorage.getItem(name + ":person")) {
      localStorage.removeItem(name + ":person");
      window.LiveChatWidget?.call("logout");
    }
  } catch {
    return; // without storage nobody is recognised on the next page
  }
})();
