"""What other apps of a project may hear of chats: Django signals, documented in docs/django.md.

Their names and arguments are stable; new arguments may come. Receivers run one after the other in
a thread of their own, so that they may use the database and take their time: no chat waits for
them. What a receiver raises is logged.

Every signal has `sender=Widget` and
    widget_key   the widget's key
    customer_id  LiveChat's id of the customer
    subject      the website's own id of whoever is signed in, "" for anybody else
and those about a chat also `chat_id` and `thread_id`, "" where LiveChat does not say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

from django.db import close_old_connections
from django.dispatch import Signal

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.pushes import ChatDeactivated, IncomingEvent, Push
from chatproxy.livechat.structures import Event, Json, Message
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation
from widget.models import Widget

logger = logging.getLogger(__name__)

# A customer is known to LiveChat from now on.
identity_made = Signal(use_caching=True)
# A thread began, with the customer's first message or form.
chat_started = Signal(use_caching=True)
# The customer said something: `event_id` ("" in a message that began a thread), `type` (message,
# file or rich_message), `text` ("" unless it is a message).
message_sent = Signal(use_caching=True)
# Somebody else did, while we were connected to LiveChat for this customer (docs/django.md says
# when): `event_id`, `type`, `text`, `author_id`, `author_name`. Known by `event_id` if it comes
# twice, from two processes.
message_received = Signal(use_caching=True)
# The thread ended: `by` is customer, agent or "" for the clock. Unless the customer ended it,
# this is heard only while we are connected for this customer.
chat_ended = Signal(use_caching=True)
# `score` is 1 (good), 0 (bad) or None for a comment alone; `comment` may be "".
chat_rated = Signal(use_caching=True)

WAITING_AT_MOST = 10_000  # signals; more are dropped, and that is logged
SAID = ("message", "file", "rich_message")


class SignalSender:
    """Observes customers, and tells the receivers what happened to them."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "chat-signals")
        self._room = BoundedSemaphore(WAITING_AT_MOST)

    def welcome(self, customer: Customer) -> None:
        """LiveChat knows this customer now."""
        self._send(identity_made, customer)

    def act(self, customer: Customer, action: str, payload: Json, answer: Json) -> None:
        if told := ACTIONS.get(action):
            told(self, customer, payload, answer)

    def hear(self, customer: Customer, push: Push, conversation: Conversation) -> None:
        if isinstance(push, IncomingEvent):
            self._tell_received(customer, push, conversation)
        elif isinstance(push, ChatDeactivated) and push.user_id != customer.entity_id:
            by = "agent" if push.user_id else ""
            self._send(chat_ended, customer, **place_of(push), by=by)

    def fail(self, customer: Customer, error: LiveChatError) -> None:
        """Not for other apps: an owner reads it in the admin."""

    def _begin(self, customer: Customer, payload: Json, answer: Json) -> None:
        chat = payload["chat"]
        place = {
            "chat_id": answer.get("chat_id") or chat.get("id", ""),
            "thread_id": answer.get("thread_id", ""),
        }
        self._send(chat_started, customer, **place)
        for event in chat["thread"]["events"]:
            self._tell_sent(customer, event, **place, event_id="")

    def _say(self, customer: Customer, payload: Json, answer: Json) -> None:
        place = {"chat_id": payload["chat_id"], "event_id": answer.get("event_id", "")}
        thread_id = Event(id=place["event_id"]).thread_id
        self._tell_sent(customer, payload["event"], **place, thread_id=thread_id)

    def _end(self, customer: Customer, payload: Json, answer: Json) -> None:
        self._send(chat_ended, customer, chat_id=payload["id"], thread_id="", by="customer")

    def _rate(self, customer: Customer, payload: Json, answer: Json) -> None:
        if rating := payload["properties"].get("rating"):
            place = {name: payload[name] for name in ("chat_id", "thread_id")}
            words = {"score": rating.get("score"), "comment": rating.get("comment", "")}
            self._send(chat_rated, customer, **place, **words)

    def _tell_sent(self, customer: Customer, event: Json, **place: str) -> None:
        if event["type"] in SAID:
            words = {"type": event["type"], "text": event.get("text", "")}
            self._send(message_sent, customer, **place, **words)

    def _tell_received(
        self, customer: Customer, push: IncomingEvent, conversation: Conversation
    ) -> None:
        event = push.event
        if not message_received.receivers or event.type not in SAID or conversation.is_own(event):
            return
        author = conversation.author(event)
        self._send(
            message_received,
            customer,
            **place_of(push),
            event_id=event.id,
            type=event.type,
            text=event.text if isinstance(event, Message) else "",
            author_id=event.author_id,
            author_name=author.name if author else "",
        )

    def _send(self, signal: Signal, customer: Customer, **what: Any) -> None:
        """Soon, and in order; at once if nobody listens."""
        if not signal.has_listeners(Widget):
            return
        if not self._room.acquire(blocking=False):
            logger.error("receivers of our signals are too slow: one was not sent")
            return
        who = {
            "widget_key": customer.widget_key,
            "customer_id": customer.entity_id,
            "subject": customer.subject,
        }
        self._thread.submit(self._deliver, signal, who | what)

    def _deliver(self, signal: Signal, what: dict[str, Any]) -> None:
        self._room.release()
        close_old_connections()
        signal.send_robust(Widget, **what)  # logs what receivers raise
        close_old_connections()


ACTIONS: dict[str, Callable[[SignalSender, Customer, Json, Json], None]] = {
    "start_chat": SignalSender._begin,
    "resume_chat": SignalSender._begin,
    "send_event": SignalSender._say,
    "deactivate_chat": SignalSender._end,
    "update_thread_properties": SignalSender._rate,
}


def place_of(push: Push) -> dict[str, str]:
    return {"chat_id": push.chat_id, "thread_id": push.thread_id}
