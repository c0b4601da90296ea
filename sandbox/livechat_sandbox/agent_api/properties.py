"""Agent Chat API, properties of chats, threads and events, and the tags of threads."""

from livechat_sandbox.agent_api.access import accessible_chat
from livechat_sandbox.platform import chats, events, tags
from livechat_sandbox.platform.parameters import array, record, required, text
from livechat_sandbox.platform.structures import Payload
from livechat_sandbox.transports.methods import Caller, Method


def update_chat_properties(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["id"])
    chats.update_properties(chat, agent, payload["properties"])
    return {}


def delete_chat_properties(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["id"])
    chats.delete_properties(chat, agent, payload["properties"])
    return {}


def update_thread_properties(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    chats.update_thread_properties(chat, thread, agent, payload["properties"])
    return {}


def delete_thread_properties(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    chats.delete_thread_properties(chat, thread, agent, payload["properties"])
    return {}


def update_event_properties(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    chats.update_event_properties(chat, thread, event, agent, payload["properties"])
    return {}


def delete_event_properties(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    thread = chat.thread(payload["thread_id"])
    event = thread.event(payload["event_id"])
    chats.delete_event_properties(chat, thread, event, agent, payload["properties"])
    return {}


def tag_thread(caller: Caller, payload: Payload) -> Payload:
    chat = accessible_chat(caller, payload["chat_id"])
    tags.tag_thread(chat, chat.thread(payload["thread_id"]), payload["tag"])
    return {}


def untag_thread(caller: Caller, payload: Payload) -> Payload:
    chat = accessible_chat(caller, payload["chat_id"])
    tags.untag_thread(chat, chat.thread(payload["thread_id"]), payload["tag"])
    return {}


ID = required(text())
GIVEN = required(events.PROPERTIES)
NAMES = required(record(extra=array(text())))

METHODS = {
    "update_chat_properties": Method(
        update_chat_properties, record(id=ID, properties=GIVEN), scope="chats--access:rw"
    ),
    "delete_chat_properties": Method(
        delete_chat_properties, record(id=ID, properties=NAMES), scope="chats--access:rw"
    ),
    "update_thread_properties": Method(
        update_thread_properties,
        record(chat_id=ID, thread_id=ID, properties=GIVEN),
        scope="chats--access:rw",
    ),
    "delete_thread_properties": Method(
        delete_thread_properties,
        record(chat_id=ID, thread_id=ID, properties=NAMES),
        scope="chats--access:rw",
    ),
    "update_event_properties": Method(
        update_event_properties,
        record(chat_id=ID, thread_id=ID, event_id=ID, properties=GIVEN),
        scope="chats--access:rw",
    ),
    "delete_event_properties": Method(
        delete_event_properties,
        record(chat_id=ID, thread_id=ID, event_id=ID, properties=NAMES),
        scope="chats--access:rw",
    ),
    "tag_thread": Method(
        tag_thread, record(chat_id=ID, thread_id=ID, tag=ID), scope="chats--access:rw"
    ),
    "untag_thread": Method(
        untag_thread, record(chat_id=ID, thread_id=ID, tag=ID), scope="chats--access:rw"
    ),
}
