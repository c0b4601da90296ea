"""Customer Chat API, events: sending, deleting, files, buttons, what is seen and typed."""

from typing import NotRequired, TypedDict

from livechat_sandbox.customer_api.access import own_chat
from livechat_sandbox.platform import uploads
from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.events import events, seen_marks
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports import files
from livechat_sandbox.transports.methods import WEB, Caller, method


class SendEvent(TypedDict):
    chat_id: str
    event: Payload
    attach_to_last_thread: NotRequired[bool]


@method()
def send_event(caller: Caller, payload: SendEvent) -> Payload:
    event = events.send(
        own_chat(caller, payload["chat_id"]),
        caller.customer,
        payload["event"],
        attach_to_last_thread=payload.get("attach_to_last_thread", False),
        client_id=caller.client_id,
    )
    return {"event_id": event.id}


class DeleteEvent(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str


@method(versions=("3.6", "3.7"))
def delete_event(caller: Caller, payload: DeleteEvent) -> Payload:
    events.delete(
        own_chat(caller, payload["chat_id"]),
        payload["thread_id"],
        payload["event_id"],
        caller.customer,
    )
    return {}


@method(transports=WEB)
def upload_file(caller: Caller, payload: Payload) -> Payload:
    stored = files.store(caller.organization, payload.get("file"))
    return {"url": uploads.url_of(caller.organization, stored)}


class PostbackEcommerce(TypedDict):
    product_id: str
    option_id: NotRequired[str]
    quantity: NotRequired[float]


class Postback(TypedDict):
    id: str
    toggled: bool
    button_type: NotRequired[str]
    button_value: NotRequired[str]
    ecommerce: NotRequired[PostbackEcommerce]


class SendRichMessagePostback(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    postback: Postback


@method()
def send_rich_message_postback(caller: Caller, payload: SendRichMessagePostback) -> Payload:
    events.toggle_button(
        own_chat(caller, payload["chat_id"]),
        payload["thread_id"],
        payload["event_id"],
        caller.customer,
        payload["postback"],
    )
    return {}


class SendSneakPeek(TypedDict):
    chat_id: str
    sneak_peek_text: str


@method()
def send_sneak_peek(caller: Caller, payload: SendSneakPeek) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    chats.send_sneak_peek(chat, caller.customer, payload["sneak_peek_text"])
    return {}


class MarkEventsAsSeen(TypedDict):
    chat_id: str
    seen_up_to: str


@method()
def mark_events_as_seen(caller: Caller, payload: MarkEventsAsSeen) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    seen_marks.mark_events_as_seen(chat, caller.customer, payload["seen_up_to"])
    return {}
