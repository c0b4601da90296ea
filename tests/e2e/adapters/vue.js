// A Vue application: @livechat/widget-vue as published.
import { createApp, h, ref, watchEffect } from "vue";
import {
  LiveChatWidget,
  useWidgetChatData,
  useWidgetCustomerData,
  useWidgetState,
} from "@livechat/widget-vue";
import { customer, organizationId, report } from "./page.js";

const group = ref(null);

createApp({
  setup() {
    const state = useWidgetState();
    const data = useWidgetCustomerData();
    const chat = useWidgetChatData();
    watchEffect(() => report({ state: state.value, customer: data.value, chat: chat.value }));
    return () =>
      group.value &&
      h(LiveChatWidget, {
        organizationId,
        group: group.value,
        visibility: "maximized",
        ...customer,
        onNewEvent: (event) => report({ event }),
      });
  },
}).mount("main");

window.app = {
  mount: (wanted = "0") => (group.value = wanted),
  unmount: () => (group.value = null),
};
