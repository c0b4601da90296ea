"""Agent Chat API, properties of chats, threads and events, and the tags of threads."""

from typing import TypedDict

from livechat_sandbox.agent_api.access import accessible_chat, accessible_thread
from livechat_sandbox.platform.events import tags
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
from livechat_sandbox.transports.methods import Caller, method


@method("chats--access:rw")
def update_chat_properties(caller: Caller, payload: UpdateChatProperties) -> Payload:
    chat = accessible_chat(caller, payload["id"])
    return chat_properties.update_chat(caller, chat, payload)


@method("chats--access:rw")
def delete_chat_properties(caller: Caller, payload: DeleteChatProperties) -> Payload:
    chat = accessible_chat(caller, payload["id"])
    return chat_properties.delete_chat(caller, chat, payload)


@method("chats--access:rw")
def update_thread_properties(caller: Caller, payload: UpdateThreadProperties) -> Payload:
    chat, _ = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    return chat_properties.update_thread(caller, chat, payload)


@method("chats--access:rw")
def delete_thread_properties(caller: Caller, payload: DeleteThreadProperties) -> Payload:
    chat, _ = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    return chat_properties.delete_thread(caller, chat, payload)


@method("chats--access:rw")
def update_event_properties(caller: Caller, payload: UpdateEventProperties) -> Payload:
    chat, _ = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    return chat_properties.update_event(caller, chat, payload)


@method("chats--access:rw")
def delete_event_properties(caller: Caller, payload: DeleteEventProperties) -> Payload:
    chat, _ = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    return chat_properties.delete_event(caller, chat, payload)


class TagThread(TypedDict):
    chat_id: str
    thread_id: str
    tag: str


@method("chats--access:rw")
def tag_thread(caller: Caller, payload: TagThread) -> Payload:
    chat, thread = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    tags.tag_thread(chat, thread, payload["tag"])
    return {}


class UntagThread(TypedDict):
    chat_id: str
    thread_id: str
    tag: str


@method("chats--access:rw")
def untag_thread(caller: Caller, payload: UntagThread) -> Payload:
    chat, thread = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    tags.untag_thread(chat, thread, payload["tag"])
    return {}
