"""Agent Chat API, properties of chats, threads and events, and the tags of threads."""

from typing import TypedDict

from livechat_sandbox.agent_api.access import accessible_chat
from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.events import tags
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.properties import check_open
from livechat_sandbox.transports.methods import Caller, method


class UpdateChatProperties(TypedDict):
    id: str
    properties: Properties


@method("chats--access:rw")
def update_chat_properties(caller: Caller, payload: UpdateChatProperties) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_properties(chat, agent, payload["properties"])
    return {}


class DeleteChatProperties(TypedDict):
    id: str
    properties: dict[str, list[str]]


@method("chats--access:rw")
def delete_chat_properties(caller: Caller, payload: DeleteChatProperties) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_properties(chat, agent, payload["properties"])
    return {}


class UpdateThreadProperties(TypedDict):
    chat_id: str
    thread_id: str
    properties: Properties


@method("chats--access:rw")
def update_thread_properties(caller: Caller, payload: UpdateThreadProperties) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_thread_properties(chat, thread, agent, payload["properties"])
    return {}


class DeleteThreadProperties(TypedDict):
    chat_id: str
    thread_id: str
    properties: dict[str, list[str]]


@method("chats--access:rw")
def delete_thread_properties(caller: Caller, payload: DeleteThreadProperties) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_thread_properties(chat, thread, agent, payload["properties"])
    return {}


class UpdateEventProperties(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    properties: Properties


@method("chats--access:rw")
def update_event_properties(caller: Caller, payload: UpdateEventProperties) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.update_event_properties(chat, thread, event, agent, payload["properties"])
    return {}


class DeleteEventProperties(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    properties: dict[str, list[str]]


@method("chats--access:rw")
def delete_event_properties(caller: Caller, payload: DeleteEventProperties) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    check_open(caller.organization, payload["properties"], caller.client_id, "w")
    chats.delete_event_properties(chat, thread, event, agent, payload["properties"])
    return {}


class TagThread(TypedDict):
    chat_id: str
    thread_id: str
    tag: str


@method("chats--access:rw")
def tag_thread(caller: Caller, payload: TagThread) -> Payload:
    chat = accessible_chat(caller, payload["chat_id"])
    tags.tag_thread(chat, chat.thread(payload["thread_id"]), payload["tag"])
    return {}


class UntagThread(TypedDict):
    chat_id: str
    thread_id: str
    tag: str


@method("chats--access:rw")
def untag_thread(caller: Caller, payload: UntagThread) -> Payload:
    chat = accessible_chat(caller, payload["chat_id"])
    tags.untag_thread(chat, chat.thread(payload["thread_id"]), payload["tag"])
    return {}
