"""Customer Chat API, properties of chats, threads, events, license and groups."""

from typing import NotRequired, TypedDict

from livechat_sandbox.customer_api.access import own_chat
from livechat_sandbox.platform import widget_configuration
from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.properties import check_open
from livechat_sandbox.transports.methods import WEB, Caller, method


class UpdateChatProperties(TypedDict):
    id: str
    properties: Properties


@method()
def update_chat_properties(caller: Caller, payload: UpdateChatProperties) -> Payload:
    chat = own_chat(caller, payload["id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_properties(chat, caller.customer, payload["properties"])
    return {}


class DeleteChatProperties(TypedDict):
    id: str
    properties: dict[str, list[str]]


@method()
def delete_chat_properties(caller: Caller, payload: DeleteChatProperties) -> Payload:
    chat = own_chat(caller, payload["id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_properties(chat, caller.customer, payload["properties"])
    return {}


class UpdateThreadProperties(TypedDict):
    chat_id: str
    thread_id: str
    properties: Properties


@method()
def update_thread_properties(caller: Caller, payload: UpdateThreadProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_thread_properties(chat, thread, caller.customer, payload["properties"])
    return {}


class DeleteThreadProperties(TypedDict):
    chat_id: str
    thread_id: str
    properties: dict[str, list[str]]


@method()
def delete_thread_properties(caller: Caller, payload: DeleteThreadProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_thread_properties(chat, thread, caller.customer, payload["properties"])
    return {}


class UpdateEventProperties(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    properties: Properties


@method()
def update_event_properties(caller: Caller, payload: UpdateEventProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_event_properties(chat, thread, event, caller.customer, payload["properties"])
    return {}


class DeleteEventProperties(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    properties: dict[str, list[str]]


@method()
def delete_event_properties(caller: Caller, payload: DeleteEventProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_event_properties(chat, thread, event, caller.customer, payload["properties"])
    return {}


class ListLicenseProperties(TypedDict):
    namespace: NotRequired[str]
    name: NotRequired[str]


@method(transports=WEB, http="GET", needs_token=False)
def list_license_properties(caller: Caller, payload: ListLicenseProperties) -> Payload:
    return widget_configuration.only(
        caller.organization.properties, payload.get("namespace"), payload.get("name")
    )


class ListGroupProperties(TypedDict):
    id: int
    namespace: NotRequired[str]
    name: NotRequired[str]


@method(transports=WEB, http="GET", needs_token=False)
def list_group_properties(caller: Caller, payload: ListGroupProperties) -> Payload:
    group = caller.organization.group(payload["id"])
    return widget_configuration.only(
        group.properties, payload.get("namespace"), payload.get("name")
    )
