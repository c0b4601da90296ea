// LiveChat sees this visitor from now on. Only where the owner wants it: see ../life/track.js.
import { begin, helloSomebodyElse, tell, tellCustomer } from "./frame.js";
import { hear, hideGreeting } from "./greeting.js";

function start() {
  begin((news) => {
    hear(news);
    if (news.has_chat) load(); // what was said there may be unread
  });
}
if (document.prerendering) widget.listen(document, "prerenderingchange", start);
else start();

for (const [name, act] of Object.entries(methods)) {
  methods[name] = (...args) => {
    const { identity } = widget;
    const done = act(...args);
    if (name !== "identify" || widget.identity !== identity) follow(name);
    return done;
  };
}

/** The page has called a method. @param {string} name */
function follow(name) {
  if (/^(set|update)_(?!page)/.test(name)) tellCustomer();
  else if (/^(identify|logout|reset)$/.test(name)) helloSomebodyElse();
  else if (name === "hide_greeting") hideGreeting();
  else if (name === "check_goals" && !widget.isAlive) tell({ chat: "check_goals" });
}
