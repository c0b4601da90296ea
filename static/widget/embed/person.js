// On a website where people sign in: who signed out there leaves the chat of this browser, too.
// KEY is the widget's. `data-identity` is there while somebody is signed in.
(function () {
  const name = "livechat-widget:" + KEY + ":person";
  try {
    if (document.currentScript.dataset.identity) localStorage.setItem(name, "1");
    else if (localStorage.getItem(name)) {
      localStorage.removeItem(name);
      window.LiveChatWidget?.call("logout");
    }
  } catch {
    return; // without storage nobody is recognised on the next page
  }
})();
