/* The preview's page opens the chat by itself, through the API that every website has. */

window.LiveChatWidget = window.LiveChatWidget || {
  _q: [["call", ["maximize"]]],
};
