"""Agent Chat API, events: sending, previews, postbacks, indicators, seen marks, multicast."""

from typing import Any, Literal, NotRequired, TypedDict

from livechat_sandbox.agent_api import groups
from livechat_sandbox.agent_api.access import (
    accessible_chat,
    accessible_thread,
    chat_with_requester,
)
from livechat_sandbox.platform import pushes, uploads
from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import events, seen_marks
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports import files
from livechat_sandbox.transports.methods import WEB, Caller, method

SINCE_3_6 = ("3.6", "3.7")


class SendEvent(TypedDict):
    chat_id: str
    event: events.Fields
    attach_to_last_thread: NotRequired[bool]


@method("chats--access:rw")
def send_event(caller: Caller, payload: SendEvent) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    if agent.id not in chat.users:
        raise LiveChatError("authorization", "Requester is not a user of the chat")
    event = events.send(
        chat,
        agent,
        payload["event"],
        attach_to_last_thread=payload.get("attach_to_last_thread", False),
        client_id=caller.client_id,
    )
    return {"event_id": event.id}


class SendEventPreview(TypedDict):
    chat_id: str
    event: events.Fields


@method("chats--access:rw", versions=SINCE_3_6)
def send_event_preview(caller: Caller, payload: SendEventPreview) -> Payload:
    agent = caller.agent
    chat = chat_with_requester(caller, payload)
    events.preview(chat, agent, payload["event"])
    return {}


class DeleteEvent(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str


@method("chats--access:rw", versions=SINCE_3_6)
def delete_event(caller: Caller, payload: DeleteEvent) -> Payload:
    """Not on the agent pages of 3.6, but the customer page refers to it."""
    agent = caller.agent
    chat, _ = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    events.delete(chat, payload["thread_id"], payload["event_id"], agent)
    return {}


@method(transports=WEB)
def upload_file(caller: Caller, payload: Payload) -> Payload:
    stored = files.store(caller.organization, payload.get("file"))
    return {"url": uploads.url_of(caller.organization, stored)}


class SendRichMessagePostbackPostback(TypedDict):
    id: str
    toggled: bool


class SendRichMessagePostback(TypedDict):
    chat_id: str
    thread_id: str
    event_id: str
    postback: SendRichMessagePostbackPostback


@method("chats--access:rw")
def send_rich_message_postback(caller: Caller, payload: SendRichMessagePostback) -> Payload:
    agent = caller.agent
    chat, _ = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    chat.active_thread()
    events.toggle_button(
        chat, payload["thread_id"], payload["event_id"], agent, payload["postback"]
    )
    return {}


class SendTypingIndicator(TypedDict):
    chat_id: str
    is_typing: bool
    visibility: NotRequired[Literal["all", "agents"]]


@method("chats--access:rw")
def send_typing_indicator(caller: Caller, payload: SendTypingIndicator) -> Payload:
    agent = caller.agent
    chats.send_typing_indicator(
        chat_with_requester(caller, payload),
        agent,
        is_typing=payload["is_typing"],
        visibility=payload.get("visibility", "all"),
    )
    return {}


class SendThinkingIndicator(TypedDict):
    chat_id: str
    title: NotRequired[str]
    description: NotRequired[str]
    visibility: NotRequired[Literal["all", "agents"]]
    custom_id: NotRequired[str]


@method("chats--access:rw", versions=SINCE_3_6)
def send_thinking_indicator(caller: Caller, payload: SendThinkingIndicator) -> Payload:
    agent = caller.agent
    chat = chat_with_requester(caller, payload)
    chats.send_thinking_indicator(chat, agent, payload)
    return {}


class MarkEventsAsSeen(TypedDict):
    chat_id: str
    seen_up_to: str


@method("chats--access:ro")
def mark_events_as_seen(caller: Caller, payload: MarkEventsAsSeen) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    seen_marks.mark_events_as_seen(chat, agent, payload["seen_up_to"])
    return {}


class MulticastRecipientsAgents(TypedDict):
    all: NotRequired[bool]
    ids: NotRequired[list[str]]
    groups: NotRequired[list[int | str]]


class MulticastRecipients(TypedDict):
    agents: MulticastRecipientsAgents


class Multicast(TypedDict):
    recipients: MulticastRecipients
    content: Any
    type: NotRequired[str]


@method("multicast:rw")
def multicast(caller: Caller, payload: Multicast) -> Payload:
    organization, agent = caller.organization, caller.agent
    wanted: Parameters = payload["recipients"]["agents"]
    if not (wanted.get("all") or wanted.get("ids") or wanted.get("groups")):
        raise LiveChatError("validation", "One of `all`, `ids` and `groups` is required")
    wanted_groups = set(groups.numbers_of(wanted.get("groups", [])))
    recipients = [
        each.id
        for each in organization.agents.values()
        if wanted.get("all")
        or each.id in wanted.get("ids", [])
        or not wanted_groups.isdisjoint(each.group_ids)
    ]
    told = {"author_id": agent.id, "content": payload["content"]}
    told |= {"type": payload["type"]} if "type" in payload else {}
    pushes.to_agents(organization, recipients, "incoming_multicast", told)
    return {}
