// A customer writes, an agent answers. LIVECHAT_URL says where the sandbox is. Needs Node 18.
const url = process.env.LIVECHAT_URL ?? "http://127.0.0.1:8100";

async function ask(path, body, token = "") {
  const response = await fetch(url + path, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

const { organization_id, client_id, redirect_uri, agents } = await ask("/sandbox/config");
const customer = await ask("/v2/customer/token", {
  grant_type: "cookie",
  client_id,
  organization_id,
  redirect_uri,
});
const act = (action, parameters) =>
  ask(
    `/v3.6/customer/action/${action}?organization_id=${organization_id}`,
    parameters,
    customer.access_token,
  );

const hello = { type: "message", text: "Hello" };
const { chat_id } = await act("start_chat", { chat: { thread: { events: [hello] } } });
await ask(
  "/v3.6/agent/action/send_event",
  { chat_id, event: { type: "message", text: "How can I help?" } },
  agents[0].token,
);
const { thread } = await act("get_chat", { chat_id });
for (const event of thread.events) console.log(event.text);
