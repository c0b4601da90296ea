"""What LiveChat tells a customer unasked, one frozen class for each push.

A push that is not listed here is not an error: `parse_push` gives None for it.
Source: Customer Chat API v3.6, "RTM pushes".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import force_setattr

from chatproxy.livechat.structures import (
    Chat,
    Event,
    Greeting,
    Json,
    Message,
    Properties,
    Queue,
    User,
    parse_event,
)


class Push(Struct, frozen=True, kw_only=True):
    """What every push about a chat says; empty where it does not."""

    chat_id: str = ""
    thread_id: str = ""


class IncomingChat(Push, frozen=True, kw_only=True):
    chat: Chat


class ChatDeactivated(Push, frozen=True, kw_only=True):
    """`user_id` is empty when nobody closed it but the clock."""

    user_id: str


class ChatTransferred(Push, frozen=True, kw_only=True):
    reason: str
    queue: Queue | None


class UserAdded(Push, frozen=True, kw_only=True):
    user: User


class UserRemoved(Push, frozen=True, kw_only=True):
    user_id: str


class IncomingEvent(Push, frozen=True, kw_only=True):
    event: Event


class EventUpdated(Push, frozen=True, kw_only=True):
    event: Event


class EventDeleted(Push, frozen=True, kw_only=True):
    event_id: str


class EventPreview(Push, frozen=True, kw_only=True):
    """Part of an answer in the making; its event has no id."""

    event: Event


class PropertiesUpdated(Push, frozen=True, kw_only=True):
    """Of the event if `event_id` is given, else of the thread or the chat."""

    event_id: str
    properties: Properties


class PropertiesDeleted(Push, frozen=True, kw_only=True):
    """As PropertiesUpdated, with lists of names."""

    event_id: str
    properties: dict[str, list[str]]


class Typing(Push, frozen=True, kw_only=True):
    author_id: str
    is_typing: bool


class Thinking(Push, frozen=True, kw_only=True):
    author_id: str
    title: str
    description: str
    custom_id: str


class EventsSeen(Push, frozen=True, kw_only=True):
    user_id: str
    seen_up_to: str


class QueuePosition(Push, frozen=True, kw_only=True):
    queue: Queue


class CustomerUpdated(Push, frozen=True, kw_only=True):
    name: str
    email: str


class SideStorageUpdated(Push, frozen=True, kw_only=True):
    customer_side_storage: dict[str, str]


class GroupsStatusUpdated(Push, frozen=True, kw_only=True):
    """Group id to online, offline or online_for_queue."""

    statuses: dict[int, str]


class IncomingGreeting(Push, frozen=True, kw_only=True):
    greeting: Greeting


class GreetingAccepted(Push, frozen=True, kw_only=True):
    unique_id: str


class GreetingCanceled(Push, frozen=True, kw_only=True):
    unique_id: str


class WelcomeMessage(Push, frozen=True, kw_only=True):
    id: str
    event: Event


class CustomerDisconnected(Push, frozen=True, kw_only=True):
    reason: str
    data: dict[str, Any]


def _in_chat(payload: Json) -> Json:
    return {
        "chat_id": str(payload.get("chat_id") or ""),
        "thread_id": str(payload.get("thread_id") or ""),
    }


def _incoming_chat(payload: Json) -> Push:
    chat = Chat.parse(payload["chat"])
    return IncomingChat(chat_id=chat.id, thread_id=chat.thread.id if chat.thread else "", chat=chat)


def _typing(payload: Json) -> Push:
    indicator = payload["typing_indicator"]
    return Typing(
        **_in_chat(payload),
        author_id=str(indicator["author_id"]),
        is_typing=indicator["is_typing"] is True,
    )


def _queue_position(payload: Json) -> Push | None:
    queue = Queue.parse(payload["queue"])
    return QueuePosition(**_in_chat(payload), queue=queue) if queue else None


def _of_chat(payload: Json) -> Json:
    """Chat properties name the chat `chat_id` in pushes, `id` in requests: read both."""
    return _in_chat({"chat_id": payload.get("id"), **payload})


def _properties_updated(payload: Json) -> Push:
    return PropertiesUpdated(
        **_of_chat(payload),
        event_id=str(payload.get("event_id") or ""),
        properties=dict(payload["properties"]),
    )


def _thread_properties_updated(payload: Json) -> Push:
    """On some accounts these tell the place in the queue, as LiveChat's own client reads it."""
    told = payload["properties"].get("lc2")
    if isinstance(told, dict):
        place = {"position": told.get("queue_pos"), "wait_time": told.get("queue_waiting_time")}
        queue = Queue.parse(place)
        if queue and queue.position > 0:
            return QueuePosition(**_in_chat(payload), queue=queue)
    return _properties_updated(payload)


def _properties_deleted(payload: Json) -> Push:
    return PropertiesDeleted(
        **_of_chat(payload),
        event_id=str(payload.get("event_id") or ""),
        properties=dict(payload["properties"]),
    )


_PARSERS: dict[str, Callable[[Json], Push | None]] = {
    "incoming_chat": _incoming_chat,
    "chat_deactivated": lambda p: ChatDeactivated(
        **_in_chat(p), user_id=str(p.get("user_id") or "")
    ),
    "chat_transferred": lambda p: ChatTransferred(
        **_in_chat(p), reason=str(p.get("reason") or ""), queue=Queue.parse(p.get("queue"))
    ),
    "user_added_to_chat": lambda p: UserAdded(**_in_chat(p), user=User.parse(p["user"])),
    "user_removed_from_chat": lambda p: UserRemoved(**_in_chat(p), user_id=str(p["user_id"])),
    "incoming_event": lambda p: IncomingEvent(**_in_chat(p), event=parse_event(p["event"])),
    "event_updated": lambda p: EventUpdated(**_in_chat(p), event=parse_event(p["event"])),
    "event_deleted": lambda p: EventDeleted(**_in_chat(p), event_id=str(p["event_id"])),
    "incoming_event_preview": lambda p: EventPreview(**_in_chat(p), event=parse_event(p["event"])),
    "chat_properties_updated": _properties_updated,
    "chat_properties_deleted": _properties_deleted,
    "thread_properties_updated": _thread_properties_updated,
    "thread_properties_deleted": _properties_deleted,
    "event_properties_updated": _properties_updated,
    "event_properties_deleted": _properties_deleted,
    "incoming_typing_indicator": _typing,
    "incoming_thinking_indicator": lambda p: Thinking(
        **_in_chat(p),
        author_id=str(p.get("author_id") or ""),
        title=str(p.get("title") or ""),
        description=str(p.get("description") or ""),
        custom_id=str(p.get("custom_id") or ""),
    ),
    "events_marked_as_seen": lambda p: EventsSeen(
        **_in_chat(p), user_id=str(p["user_id"]), seen_up_to=str(p["seen_up_to"])
    ),
    "queue_position_updated": _queue_position,
    "customer_updated": lambda p: CustomerUpdated(
        name=str(p.get("name") or ""), email=str(p.get("email") or "")
    ),
    "customer_side_storage_updated": lambda p: SideStorageUpdated(
        customer_side_storage={k: str(v) for k, v in p["customer_side_storage"].items()}
    ),
    "groups_status_updated": lambda p: GroupsStatusUpdated(
        statuses={int(group["id"]): str(group["status"]) for group in p["groups"]}
    ),
    "incoming_greeting": lambda p: IncomingGreeting(greeting=Greeting.parse(p)),
    "greeting_accepted": lambda p: GreetingAccepted(unique_id=str(p["unique_id"])),
    "greeting_canceled": lambda p: GreetingCanceled(unique_id=str(p["unique_id"])),
    "incoming_welcome_message": lambda p: WelcomeMessage(
        id=str(p["id"]), event=parse_event(p["event"])
    ),
    "customer_disconnected": lambda p: CustomerDisconnected(
        reason=str(p.get("reason") or ""),
        data=p["data"] if isinstance(p.get("data"), dict) else {},
    ),
}


def parse_push(action: str, payload: Json) -> Push | None:
    """The push in our words; None for one we do not know or cannot read."""
    parser = _PARSERS.get(action)
    if parser is None:
        return None
    try:
        return parser(payload)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return None


class _Said(Struct, kw_only=True):
    chat_id: str = ""
    thread_id: str = ""
    event: Message


class _SaidFrame(Struct):
    type: Literal["push"]
    action: Literal["incoming_event"]
    payload: _Said


_SAID = Decoder(_SaidFrame)
NOTHING_SAID = IncomingEvent(event=Event())


def message_in(frame: bytes, before: IncomingEvent = NOTHING_SAID) -> IncomingEvent | None:
    """The message that a frame brings, if it is as it should be; None for any other frame.

    It is what `parse_push` would make of it, in less than half the work: most is done for messages.
    What it says as the one `before` it does is kept once: who writes, and where.
    """
    if b'"incoming_event"' not in frame:
        return None
    try:
        said = _SAID.decode(frame).payload
    except ValueError:
        return None
    event = said.event
    if event.type != "message":
        return None
    for name in ("type", "author_id", "recipients", "thread_id"):
        word = getattr(before.event, name)
        if word == getattr(event, name):
            force_setattr(event, name, word)
    chat_id, thread_id = before.chat_id, before.thread_id
    return IncomingEvent(
        chat_id=chat_id if chat_id == said.chat_id else said.chat_id,
        thread_id=thread_id if thread_id == said.thread_id else said.thread_id,
        event=event,
    )
