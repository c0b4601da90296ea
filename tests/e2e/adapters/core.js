// An application without a framework: @livechat/widget-core as published.
import { createWidget, getData } from "@livechat/widget-core";
import { customer, organizationId, report } from "./page.js";

let widget;
const show = () => report({ state: getData("state"), customer: getData("customer"), chat: getData("chat") });

window.app = {
  mount(group = "0") {
    widget = createWidget({
      organizationId,
      group,
      visibility: "maximized",
      ...customer,
      onReady: show,
      onVisibilityChanged: show,
      onCustomerStatusChanged: show,
      onNewEvent: (event) => report({ event }),
    });
    widget.init();
  },
  unmount: () => widget.destroy(),
};
