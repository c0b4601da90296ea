"""Customer Chat API, properties of chats, threads, events, license and groups."""

from typing import NotRequired, TypedDict

from livechat_sandbox.customer_api.access import own_chat
from livechat_sandbox.platform import widget_configuration
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports import chat_properties
from livechat_sandbox.transports.chat_properties import (
    DeleteChatProperties,
    DeleteEventProperties,
    DeleteThreadProperties,
    UpdateChatProperties,
    UpdateEventProperties,
    UpdateThreadProperties,
)
from livechat_sandbox.transports.methods import WEB, Caller, method


@method()
def update_chat_properties(caller: Caller, payload: UpdateChatProperties) -> Payload:
    chat = own_chat(caller, payload["id"])
    return chat_properties.update_chat(caller, chat, payload)


@method()
def delete_chat_properties(caller: Caller, payload: DeleteChatProperties) -> Payload:
    chat = own_chat(caller, payload["id"])
    return chat_properties.delete_chat(caller, chat, payload)


@method()
def update_thread_properties(caller: Caller, payload: UpdateThreadProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    return chat_properties.update_thread(caller, chat, payload)


@method()
def delete_thread_properties(caller: Caller, payload: DeleteThreadProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    return chat_properties.delete_thread(caller, chat, payload)


@method()
def update_event_properties(caller: Caller, payload: UpdateEventProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    return chat_properties.update_event(caller, chat, payload)


@method()
def delete_event_properties(caller: Caller, payload: DeleteEventProperties) -> Payload:
    chat = own_chat(caller, payload["chat_id"])
    return chat_properties.delete_event(caller, chat, payload)


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
