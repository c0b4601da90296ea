// `LiveChatWidget` before it is started: it queues, as LiveChat's snippet does.

/** @param {any} api The page's own queue, or a new object. */
export function install(api) {
  for (const method of ["on", "once", "off", "call"]) {
    api[method] = (/** @type {any[]} */ ...args) => (api._h ? api._h(method, args) : api._q.push([method, args]));
  }
  window.LiveChatWidget = Object.assign(api, {
    _q: api._q || [],
    _h: null,
    _v: "2.0",
    /** @param {string} name */
    get(name) {
      if (!api._h) throw new Error("[LiveChatWidget] You can't use getters before load.");
      return api._h("get", [name]);
    },
    init() {
      if (!api._h) start(api);
    },
    scriptTagVersion: () => api._v,
  });
}
