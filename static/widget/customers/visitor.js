// The hidden frame of a website's page: makes its visitor known, says where they are, and passes on
// which greeting stands. Behind `#` it is told a picture that the website's own policy may refuse.
(function () {
  "use strict";

  const { widget } = document.documentElement.dataset;
  const LOCK = `livechat-customer:${widget}`;
  const FINAL = 4000; // codes of a closed socket from here on mean: do not come back
  const UNKNOWN = 4401; // the token; another one is made
  const SILENCE = 40000; // ms without a word after which the socket counts as dead
  const ECHO = 1000; // ms the website's page gets to keep the token, and other tabs to hear of it
  const NEWS = 1000; // ms in which our page hears that consent was withdrawn in another tab
  const LONGEST_PAUSE = 60000; // ms

  let website = ""; // the origin of the page around us
  /** @type {VisitorToFrame["hello"] | null} */
  let about = null;
  /** @type {string | null} */
  let token = null;
  /** @type {WebSocket | null} */
  let socket = null;
  let tries = 0;
  let silence = 0;
  let told = ""; // of the visitor
  let isIntroducing = false;
  /** @type {string | false} */
  let unkept = false; // a token that was made, until our page has it
  let kept = () => {};

  if (location.hash) showPicture(JSON.parse(decodeURIComponent(location.hash.slice(1))));
  else if (parent !== window) {
    addEventListener("message", receive);
    addEventListener("online", () => token && open());
    addEventListener("pageshow", ({ persisted }) => persisted && tell({ chat: "ready" }));
    tell({ chat: "ready" });
  }

  /** @param {{ url: string, words: string }} picture */
  function showPicture({ url, words }) {
    const picture = new Image();
    picture.alt = words;
    picture.src = url;
    Object.assign(picture.style, { width: "100%", height: "100%", objectFit: "cover" });
    picture.onerror = () => picture.remove();
    document.body.style.margin = "0";
    document.documentElement.style.height = document.body.style.height = "100%";
    document.body.style.overflow = "hidden";
    document.body.append(picture);
  }

  // -- with the website's page

  /** @param {VisitorToPage} message */
  function tell(message) {
    parent.postMessage(message, website || "*"); // the first says nothing
  }

  /** @type {{ [Name in keyof VisitorToFrame]: (message: VisitorToFrame[Name]) => void }} */
  const messages = {
    hello(message) {
      const before = about;
      about = message;
      if (!message.token && !message.identity) part(); // they have logged out
      if (message.token && message.token === token) {
        unkept = false;
        kept();
      }
      const isProven = before?.consent?.at === message.consent?.at
        && (!message.identity || message.identity === before?.identity);
      if (message.token && isProven) use(message.token);
      else introduce().catch(() => {}); // the next page tries again
    },
    /** Consent was withdrawn. */
    leave() {
      about = null;
      part();
      startOver(unkept);
    },
    page({ page }) {
      about.page = page;
      say({ page });
    },
    customer({ customer }) {
      about.customer = customer;
      tellDetails();
    },
    accept: ({ id, uniqueId }) => say({ accept: { id, unique_id: uniqueId } }),
    cancel: ({ uniqueId }) => say({ cancel: { unique_id: uniqueId } }),
    press: ({ uniqueId, button }) => say({ press: { unique_id: uniqueId, button } }),
    check_goals() {
      const { url } = about.page;
      if (token) post("goals", { url, session: JSON.stringify(about.customer.session) });
    },
  };

  /** @param {MessageEvent} event */
  function receive({ source, origin, data }) {
    if (source !== parent || !data || !Object.hasOwn(messages, data.chat)) return;
    if (data.chat === "hello") website ||= origin;
    if (origin !== website || (!about && data.chat !== "hello")) return;
    /** @type {(message: any) => void} */ (messages[/** @type {keyof VisitorToFrame} */ (data.chat)])(data);
  }

  // -- who it is

  async function introduce() {
    if (isIntroducing) return;
    isIntroducing = true;
    try {
      if (!navigator.locks) await askForToken(); // on plain http each tab is on its own
      else if (!await introduceInTurn()) {
        await navigator.locks.request(LOCK, () => {}); // another tab asks: our page will know
        setTimeout(tell, 0, { chat: "ready" });
      }
    } finally {
      isIntroducing = false;
    }
  }

  /** @returns {Promise<boolean>} Whether it was free. */
  function introduceInTurn() {
    return new Promise((resolve, reject) => {
      navigator.locks.request(LOCK, { ifAvailable: true }, async (free) => {
        const before = about.token;
        resolve(free && await askForToken());
        if (token && token !== before) await pause(ECHO);
      }).catch(reject);
    });
  }

  /** @param {number} length ms */
  const pause = (length) => new Promise((resolve) => setTimeout(resolve, length));

  /** @returns {Promise<boolean>} */
  async function askForToken() {
    const { identity, consent, person } = about;
    const asker = who();
    const brought = token ?? about.token;
    const response = await post("customer", {
      ...(identity && { identity }),
      ...(consent && { consent: consent.version, consented_at: consent.at }),
    });
    const given = response.ok && response.headers.get("X-Chat-Token");
    const made = given !== brought && given;
    if (who() !== asker) return startOver(made); // they have gone, or signed in or out, meanwhile
    if (given) {
      about.token = given;
      use(given);
      unkept = made;
      tell({ chat: "token", token: given, person });
      await new Promise((resolve) => {
        kept = () => resolve(null);
        setTimeout(resolve, ECHO);
      });
      if (about?.person !== person) return startOver(unkept); // while it was on its way to the page
    }
    return true;
  }

  /** Whom an answer is for. */
  const who = () =>
    about && [about.person, about.token, about.identity, about.consent?.at].join(" ");

  /**
   * What was made for the one before is nobody's: their token ends, and who withdrew is erased.
   * @param {string | false} made
   */
  function startOver(made) {
    if (made) {
      const [path, method] = about ? ["logout", "POST"] : ["customer", "DELETE"];
      const headers = { Authorization: `Bearer ${made}` };
      fetch(path, { method, headers, credentials: "omit", keepalive: true }).catch(() => {});
      unkept = false;
    }
    return about ? askForToken() : true;
  }

  /** Whoever was here is not any more. */
  function part() {
    clearTimeout(silence);
    token = null;
    const before = socket;
    socket = null;
    before?.close();
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} values
   */
  async function post(path, values) {
    const bearer = token ?? about.token;
    const response = await fetch(path, {
      method: "POST",
      body: new URLSearchParams(values),
      credentials: "omit",
      headers: {
        "X-Chat-Website": website,
        "X-Chat-Page": `${website}/`,
        "X-Chat-Language": about.language,
        ...(about.group !== undefined && { "X-Chat-Group": String(about.group) }),
        ...(bearer && { Authorization: `Bearer ${bearer}` }),
      },
    });
    await response.text(); // one that nobody reads is aborted
    return response;
  }

  function tellDetails() {
    const { name = "", email = "", session = {} } = about.customer;
    const values = { name, email, session: JSON.stringify(session) };
    const isNews = name || email || Object.keys(session).length;
    if (!token || !isNews || told === (told = JSON.stringify(values))) return;
    post("details", values).catch(() => {});
  }

  // -- with the server

  /** @param {string | null} next */
  function use(next) {
    if (next === token) return;
    token = next;
    told = "";
    tellDetails();
    open();
  }

  /** @param {object} message */
  function say(message) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function open() {
    const address = new URL("visit", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const before = socket;
    const mine = new WebSocket(address, ["chat", `bearer.${token}`]);
    socket = mine;
    before?.close();
    expectWord();
    mine.onopen = () => {
      const { page, language, group = "" } = about;
      say({ hello: { page, language, group: String(group) } });
    };
    mine.onmessage = ({ data }) => {
      tries = 0;
      expectWord();
      if (data !== "{}") tell({ chat: "visitor", ...JSON.parse(data) }); // else it only lives
    };
    mine.onclose = ({ code }) => mine === socket && close(code);
  }

  function expectWord() {
    clearTimeout(silence);
    silence = setTimeout(open, SILENCE);
  }

  /** @param {number} code */
  function close(code) {
    clearTimeout(silence);
    socket = null;
    if (code < FINAL) {
      const pause = Math.min(LONGEST_PAUSE, 2000 * 2 ** tries++);
      silence = setTimeout(open, 1000 + Math.random() * pause);
    } else if (code === UNKNOWN) {
      token = about.token = null;
      silence = setTimeout(tell, NEWS, { chat: "token", token, person: about.person });
    }
  }
})();
