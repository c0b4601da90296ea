// What a website written in TypeScript does with the chat. Compiled by test_host_api_types.py
// against docs/host-api.d.ts; nothing runs it.

window.__lc = { license: 12332502, group: 3, params: [{ name: "cart", value: 2 }] };

LiveChatWidget.init();
LiveChatWidget.call("maximize");
LiveChatWidget.call("maximize", { messageDraft: "Is it in stock?" });
LiveChatWidget.call("set_customer_name", "Ann");
LiveChatWidget.call("update_session_variables", { cart: 2, plan: "gold" });
LiveChatWidget.call("trigger_sales_tracker", { trackerId: "t1", orderPrice: "10" });
LiveChatWidget.call("destroy");

const visibility: "maximized" | "minimized" | "hidden" = LiveChatWidget.get("state").visibility;
const id: string | null = LiveChatWidget.get("customer_data").id;
console.log(visibility, id, LiveChatWidget.get("chat_data").threadId);

LiveChatWidget.on("new_event", ({ author }) => console.log(author.type === "agent"));
LiveChatWidget.once("ready", ({ customerData }) => console.log(customerData.email));
addEventListener("livechat:unread_count_changed", ({ detail }) => console.log(detail.count + 1));

LC_API.on_after_load = () => LC_API.open_chat_window();
LC_API.on_message = ({ text, user_type }) => console.log(user_type === "agent" && text);

// @ts-expect-error There is no such method.
LiveChatWidget.call("dance");
// @ts-expect-error It takes nothing.
LiveChatWidget.call("minimize", true);
// @ts-expect-error It needs a value.
LiveChatWidget.call("identify");
// @ts-expect-error There is no such getter.
LiveChatWidget.get("weather");
// @ts-expect-error There is no such event.
LiveChatWidget.on("dance", () => {});
// @ts-expect-error What the handler receives has no such part.
LiveChatWidget.on("visibility_changed", ({ availability }) => console.log(availability));
