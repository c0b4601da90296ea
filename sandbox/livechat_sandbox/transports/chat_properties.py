"""Changing the properties of chats, threads and events: agents and customers ask for it alike.

Each function is given the chat, which its caller may see, and answers the empty object.
"""

from typing import TypedDict

from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.properties import check_open
from livechat_sandbox.platform.structures import Chat
from livechat_sandbox.transports.methods import Caller


class UpdateChatProperties(TypedDict):
    id: str
    properties: Properties


class DeleteChatProperties(TypedDict):
    id: str
    properties: dict[str, list[str]]


class UpdateThreadProperties(TypedDict):
    chat_id: str
    thread_id: str
    properties: Properties


class DeleteThreadProperties(TypedDict):
    chat_id: str
    thread_id: str
    properties: dict[str, list[str]]


class UpdateEventProperties(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    properties: Properties


class DeleteEventProperties(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    properties: dict[str, list[str]]


def update_chat(caller: Caller, chat: Chat, payload: UpdateChatProperties) -> Payload:
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_properties(chat, caller.requester, payload["properties"])
    return {}


def delete_chat(caller: Caller, chat: Chat, payload: DeleteChatProperties) -> Payload:
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_properties(chat, caller.requester, payload["properties"])
    return {}


def update_thread(caller: Caller, chat: Chat, payload: UpdateThreadProperties) -> Payload:
    thread = chat.thread(payload["thread_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_thread_properties(chat, thread, caller.requester, payload["properties"])
    return {}


def delete_thread(caller: Caller, chat: Chat, payload: DeleteThreadProperties) -> Payload:
    thread = chat.thread(payload["thread_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_thread_properties(chat, thread, caller.requester, payload["properties"])
    return {}


def update_event(caller: Caller, chat: Chat, payload: UpdateEventProperties) -> Payload:
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_event_properties(chat, thread, event, caller.requester, payload["properties"])
    return {}


def delete_event(caller: Caller, chat: Chat, payload: DeleteEventProperties) -> Payload:
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_event_properties(chat, thread, event, caller.requester, payload["properties"])
    return {}
