// Runs @livechat/customer-sdk in a browser's surroundings (jsdom) and obeys JSON lines on stdin.
//
//   {"id": 1, "method": "startChat", "args": [{…}]}  is answered  {"id": 1, "result": …}
//                                                 or  {"id": 1, "error": {"code", "message"}}
//   what the SDK emits arrives as                     {"event": "incoming_event", "data": {…}}
//   an exception inside the SDK's own handlers as     {"broken": "TypeError: …"}
//
// `open` opens a tab that knows nothing of the one before; `close` ends it, and all that it does.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { JSDOM, VirtualConsole } from "jsdom";

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const sdk = createRequire(import.meta.url).resolve("@livechat/customer-sdk/dist/customer-sdk.js");
const script = readFileSync(sdk, "utf8");

let window;
let customer;
let history;

function open() {
  customer = history = undefined;
  const virtualConsole = new VirtualConsole();
  const tab = new JSDOM("<!doctype html><title>Shop</title>", {
    url: "https://shop.example/help",
    runScripts: "outside-only",
    virtualConsole,
  }).window;
  virtualConsole.on("jsdomError", (error) => {
    if (tab === window) say({ broken: String(error.cause ?? error.message) });
  });
  tab.eval(script);
  window = tab;
}

function close() {
  window.close();
  window = undefined;
}

const own = {
  open,
  close,
  init(config) {
    const tab = window;
    customer = tab.CustomerSDK.init(config);
    customer.on("*", (event, data) => {
      if (tab === window) say({ event, data: data ?? null });
    });
  },
  "auth.getToken": () => customer.auth.getToken(),
  "history.next": ({ chatId }) => (history ??= customer.getChatHistory({ chatId })).next(),
  uploadFile({ name, type, content }) {
    const file = new window.File([Buffer.from(content, "base64")], name, { type });
    return customer.uploadFile({ file }).promise;
  },
};

async function obey({ id, method, args = [] }) {
  try {
    const result = await (own[method] ?? customer[method])(...args);
    say({ id, result: result ?? null });
  } catch (error) {
    say({ id, error: { code: error.code ?? null, message: error.message } });
  }
}

for await (const line of createInterface({ input: process.stdin })) void obey(JSON.parse(line));
process.exit();
