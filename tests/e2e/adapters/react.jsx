// A React application in strict mode: @livechat/widget-react as published.
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import {
  LiveChatWidget,
  useWidgetChatData,
  useWidgetCustomerData,
  useWidgetState,
} from "@livechat/widget-react";
import { customer, organizationId, report } from "./page.js";

function App({ group }) {
  const state = useWidgetState();
  const data = useWidgetCustomerData();
  const chat = useWidgetChatData();
  const [, setRenders] = useState(0);
  useEffect(() => report({ state, customer: data, chat }), [state, data, chat]);
  useEffect(() => {
    window.app.render = () => setRenders((renders) => renders + 1);
  }, []);
  return (
    <LiveChatWidget
      organizationId={organizationId}
      group={group}
      visibility="maximized"
      customerName={customer.customerName}
      customerEmail={customer.customerEmail}
      sessionVariables={{ ...customer.sessionVariables }}
      onReady={() => readies++}
      onNewEvent={(event) => report({ event })}
    />
  );
}

let readies = 0;

const root = createRoot(document.querySelector("main"));
window.app = {
  mount: (group = "0") => root.render(<StrictMode><App group={group} /></StrictMode>),
  unmount: () => root.render(null),
  readies: () => readies,
};
