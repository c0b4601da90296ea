// Which greeting of LiveChat's stands on this page, and what becomes of it. LiveChat and the website
// are told what really happened on the screen.
import { drawGreeting } from "./card.js";
import { tell } from "./frame.js";

const { known, emit } = widget;

/** @type {ShownGreeting | null} */
let greeting = null;
let isDisplayed = false;
let isLeaving = false; // the pointer has left the page at its top
/** @type {(() => void) | null} */
let takeAway = null;
/** @type {string | undefined} */
let waved; // LiveChat may not have heard yet that it was dismissed

const named = () => ({ id: greeting.id, uniqueId: greeting.uniqueId });

/** @param {string} status */
function changeStatus(status) {
  if (widget.isAlive || known.customer_data.status === status) return; // else the panel says so
  known.customer_data.status = status;
  emit("customer_status_changed", { status });
}

/** Show it, once it may be: beside the launcher, or the panel does. */
function look() {
  const { visibility } = known.state;
  if (!greeting || greeting.accepted || visibility === "hidden") return;
  if (visibility === "minimized") {
    if (takeAway || (greeting.is_exit_intent && !isLeaving)) return;
    takeAway = drawGreeting(greeting, dismiss, press);
  }
  if (isDisplayed) return;
  isDisplayed = true;
  changeStatus("invited");
  emit("greeting_displayed", named());
}

/** It leaves the screen. @param {"greeting_accepted" | "greeting_hidden"} event */
function end(event) {
  takeAway?.();
  takeAway = null;
  if (isDisplayed) emit(event, named());
  isDisplayed = false;
  changeStatus("browsing");
}

function take() {
  greeting.accepted = true;
  end("greeting_accepted");
}

function dismiss() {
  waved = greeting.uniqueId;
  tell({ chat: "cancel", uniqueId: waved });
  end("greeting_hidden");
  greeting = null;
}

function accept() {
  tell({ chat: "accept", ...named() });
  take();
}

/** What a button does; one that speaks for the customer does it in the panel. @param {GreetingButton} [button] */
function press(button) {
  const { id, type, link, here } = button ?? {};
  if (button && type !== "message") {
    const { uniqueId } = greeting;
    tell({ chat: "press", uniqueId, button: id });
    emit("rich_message_button_clicked",
      { eventId: `${uniqueId}_1`, postbackId: id, greeting: named() });
  }
  if (type === "cancel") return dismiss();
  accept();
  if (link && here) location.href = link;
  else if (link) window.open(link, "_blank", "noopener");
  else {
    if (type === "message") widget.press = id;
    widget.show("maximized", true);
  }
}

/** @param {VisitorNews} news */
export function hear({ greeting: next, customer, is_chatting }) {
  known.customer_data.id ??= customer;
  if (next?.uniqueId === waved) next = null;
  if (next && next.uniqueId === greeting?.uniqueId) {
    if (next.accepted && !greeting.accepted) take(); // in the panel, or in another tab
  } else {
    if (greeting && !greeting.accepted) end(is_chatting ? "greeting_accepted" : "greeting_hidden");
    greeting = next;
  }
  look();
}

export function hideGreeting() {
  if (takeAway) dismiss();
}

widget.listen(document, "mouseleave", ({ clientY }) => {
  isLeaving = clientY <= 0;
  look();
});
widget.listen(window, "livechat:visibility_changed", ({ detail }) => {
  if (takeAway && detail.visibility === "maximized") accept(); // it is the chat's first words
  look();
});
