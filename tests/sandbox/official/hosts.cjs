// Where LiveChat's fixed host names lead: to the sandbox on this machine, and nowhere else.
// Loaded before everything (node --require); the client's own code stays as it was published.
const net = require("node:net");

const LIVECHAT = /^(api(-[a-z]+)?|accounts)\.livechatinc\.com$/;
const { SANDBOX_TLS_PORT } = process.env;
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (!LIVECHAT.test(options.host)) throw new Error(`a connection to ${options.host} was stopped`);
  Object.assign(options, { host: "127.0.0.1", port: Number(SANDBOX_TLS_PORT) });
  return connect.apply(this, args);
};
