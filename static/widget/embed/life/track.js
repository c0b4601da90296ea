// Where an owner lets LiveChat see visitors, it begins here: until `track` is called nothing is
// fetched for it, stored or sent.
import { home } from "../loader/tag.js";
import { language } from "./language.js";
import { listen, signal } from "./life.js";
import { methods } from "./methods.js";
import { load, share } from "./visibility.js";

export function track() {
  if (document.prerendering) return listen(document, "prerenderingchange", track);
  import(`${home}visitors.js?lang=${encodeURIComponent(language)}&${settings.visitors}`)
    .then(({ begin }) => {
      if (signal.aborted) return;
      const follow = begin(share(), load);
      for (const [name, act] of Object.entries(methods)) {
        methods[name] = (...args) => {
          act(...args);
          follow(name);
        };
      }
    }, () => {});
}

track();
