// Begins as the tag and the page say: at once, when it is asked to, or with a draft in our place.
import { install } from "./install.js";
import { offerOlderApi } from "./older_api.js";
import { options, server } from "./tag.js";

function begin() {
  const present = window.LiveChatWidget;
  let isStub;
  if (!present?.scriptTagVersion) { // else the tag stands twice
    isStub = present?._q;
    install(isStub ? present : {});
    offerOlderApi();
    if (options.consent) addEventListener(options.consent, () => window.LiveChatWidget.init());
  }
  // LiveChat's own snippet asks for this file only when it is wanted; our tag may say "not yet".
  const waits = options.start || "consent" in options || window.__lc?.asyncInit;
  if (!waits || isStub) window.LiveChatWidget.init();
}

// An owner looks at a draft on the real website. A module is no matter of Trusted Types.
const draft = /^#chat-draft=([\w-]+)$/.exec(location.hash)?.[1];

if (!server) console.error("[LiveChatWidget] There is no tag.");
else if (draft && !settings.of) {
  // Refused, if it is no draft of this very widget.
  import(`${server}/${draft}/embed.js?of=${settings.key}`).catch(begin);
} else begin();
