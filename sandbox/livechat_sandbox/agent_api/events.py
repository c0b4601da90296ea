"""Agent Chat API, events: sending, previews, postbacks, indicators, seen marks, multicast."""

from livechat_sandbox.agent_api.access import accessible_chat, chat_with_requester
from livechat_sandbox.platform import chats, events, pushes, seen
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import (
    anything,
    array,
    boolean,
    one_of,
    record,
    required,
    text,
)
from livechat_sandbox.platform.structures import Payload
from livechat_sandbox.transports import files
from livechat_sandbox.transports.methods import WEB, Caller, Method

VISIBILITY = one_of("all", "agents")
SINCE_3_6 = ("3.6", "3.7")


def send_event(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    if agent.id not in chat.users:
        raise LiveChatError("authorization", "Requester is not a user of the chat")
    event = events.send(
        chat,
        agent,
        payload["event"],
        attach_to_last_thread=payload.get("attach_to_last_thread", False),
    )
    return {"event_id": event.id}


def send_event_preview(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = chat_with_requester(caller, payload)
    events.preview(chat, agent, payload["event"])
    return {}


def delete_event(caller: Caller, payload: Payload) -> Payload:
    """Not on the agent pages of 3.6, but the customer page refers to it."""
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    events.delete(chat, payload["thread_id"], payload["event_id"], agent)
    return {}


def upload_file(caller: Caller, payload: Payload) -> Payload:
    stored = files.store(caller.organization, payload.get("file"))
    return {"url": files.url_of(caller.organization, stored)}


def send_rich_message_postback(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    chat.active_thread()
    events.toggle_button(
        chat, payload["thread_id"], payload["event_id"], agent, payload["postback"]
    )
    return {}


def send_typing_indicator(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chats.send_typing_indicator(
        chat_with_requester(caller, payload),
        agent,
        is_typing=payload["is_typing"],
        visibility=payload.get("visibility", "all"),
    )
    return {}


def send_thinking_indicator(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = chat_with_requester(caller, payload)
    chats.send_thinking_indicator(chat, agent, payload)
    return {}


def mark_events_as_seen(caller: Caller, payload: Payload) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat_id"])
    seen.mark_events_as_seen(chat, agent, payload["seen_up_to"])
    return {}


def multicast(caller: Caller, payload: Payload) -> Payload:
    organization, agent = caller.organization, caller.agent
    wanted: Payload = payload["recipients"]["agents"]
    if not (wanted.get("all") or wanted.get("ids") or wanted.get("groups")):
        raise LiveChatError("validation", "One of `all`, `ids` and `groups` is required")
    groups = {int(group_id) for group_id in wanted.get("groups", [])}
    recipients = [
        each.id
        for each in organization.agents.values()
        if wanted.get("all")
        or each.id in wanted.get("ids", [])
        or not groups.isdisjoint(each.group_ids)
    ]
    told = {"author_id": agent.id, "content": payload["content"]}
    told |= {"type": payload["type"]} if "type" in payload else {}
    pushes.to_agents(organization, recipients, "incoming_multicast", told)
    return {}


CHAT_ID = required(text())

METHODS = {
    "send_event": Method(
        send_event,
        record(chat_id=CHAT_ID, event=required(events.EVENT), attach_to_last_thread=boolean()),
        scope="chats--access:rw",
    ),
    "send_event_preview": Method(
        send_event_preview,
        record(chat_id=CHAT_ID, event=required(events.EVENT)),
        versions=SINCE_3_6,
        scope="chats--access:rw",
    ),
    "delete_event": Method(
        delete_event,
        record(chat_id=CHAT_ID, thread_id=required(text()), event_id=required(text())),
        versions=SINCE_3_6,
        scope="chats--access:rw",
    ),
    "upload_file": Method(upload_file, transports=WEB, scope="chats--access:rw"),
    "send_rich_message_postback": Method(
        send_rich_message_postback,
        record(
            chat_id=CHAT_ID,
            thread_id=required(text()),
            event_id=required(text()),
            postback=required(record(id=required(text()), toggled=required(boolean()))),
        ),
        scope="chats--access:rw",
    ),
    "send_typing_indicator": Method(
        send_typing_indicator,
        record(chat_id=CHAT_ID, is_typing=required(boolean()), visibility=VISIBILITY),
        scope="chats--access:rw",
    ),
    "send_thinking_indicator": Method(
        send_thinking_indicator,
        record(
            chat_id=CHAT_ID,
            title=text(),
            description=text(),
            visibility=VISIBILITY,
            custom_id=text(),
        ),
        versions=SINCE_3_6,
        scope="chats--access:rw",
    ),
    "mark_events_as_seen": Method(
        mark_events_as_seen,
        record(chat_id=CHAT_ID, seen_up_to=required(text())),
        scope="chats--access:rw",
    ),
    "multicast": Method(
        multicast,
        record(
            recipients=required(
                record(
                    agents=required(
                        record(all=boolean(), ids=array(text()), groups=array(anything()))
                    )
                )
            ),
            content=required(anything()),
            type=text(),
        ),
        scope="multicast:rw",
    ),
}
