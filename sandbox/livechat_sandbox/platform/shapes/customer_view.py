"""What a customer gets to see: chats, threads, events and people in the customer API's shape."""

from functools import partial

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.properties import readable_by_customers
from livechat_sandbox.platform.shapes.last_events import last_event_per_type
from livechat_sandbox.platform.structures import (
    Agent,
    Chat,
    ChatUser,
    Customer,
    Event,
    Organization,
    Thread,
)


def event(organization: Organization, shown: Event) -> Payload:
    payload: Payload = {"id": shown.id}
    if shown.custom_id is not None:
        payload["custom_id"] = shown.custom_id
    payload["type"] = shown.type
    if shown.author_id is not None:
        payload["author_id"] = organization.opaque_id(shown.author_id)
    payload["created_at"] = shown.created_at
    payload["recipients"] = shown.visibility
    payload |= shown.content
    if shown.properties:
        readable = readable_by_customers(organization, "event", shown.properties)
        if readable:
            payload["properties"] = readable
    return payload


def sees_event(chat: Chat, shown: Event) -> bool:
    """Events for agents only are visible to the customer who wrote them."""
    if shown.deleted:
        return False
    return shown.visibility == "all" or shown.author_id == chat.customer_id


def sees_user(user: ChatUser) -> bool:
    return user.visibility == "all"


def agent(shown: Agent) -> Payload:
    payload: Payload = {
        "id": shown.opaque_id,
        "type": "agent",
        "name": shown.name,
        "avatar": shown.avatar,
        "job_title": shown.job_title,
    }
    if shown.is_bot:
        payload["is_bot"] = True
    return payload


def predicted_agent(shown: Agent) -> Payload:
    return agent(shown) | {"is_bot": shown.is_bot}


def customer(shown: Customer) -> Payload:
    payload: Payload = {"id": shown.id, "type": "customer"} | shown.fields
    if "email" in shown.fields:
        payload["email_verified"] = shown.email_verified
    if shown.session_fields:
        payload["session_fields"] = shown.session_fields
    return payload


def user(organization: Organization, shown: ChatUser) -> Payload:
    person = organization.person(shown.id)
    payload = agent(person) if isinstance(person, Agent) else customer(person)
    payload["present"] = shown.present
    if shown.events_seen_up_to:
        payload["events_seen_up_to"] = shown.events_seen_up_to
    return payload


def users(chat: Chat) -> list[Payload]:
    return [user(chat.organization, shown) for shown in chat.users.values() if sees_user(shown)]


def thread(chat: Chat, shown: Thread) -> Payload:
    organization = chat.organization
    payload: Payload = {
        "id": shown.id,
        "active": shown.active,
        "created_at": shown.created_at,
        "user_ids": [
            organization.opaque_id(user_id)
            for user_id in shown.user_ids
            if sees_user(chat.users[user_id])
        ],
        "events": [event(organization, each) for each in shown.events if sees_event(chat, each)],
        "properties": readable_by_customers(organization, "thread", shown.properties),
        "access": {"group_ids": shown.group_ids},
    }
    if shown.queued_at:
        payload["queue"] = queue(shown) | {"queued_at": shown.queued_at}
    return payload | neighbours(chat, shown)


def queue(shown: Thread) -> Payload:
    position = shown.queue_position
    return {
        "position": position,
        "wait_time": position * shown.organization.rules.wait_time_per_chat,
    }


def neighbours(chat: Chat, shown: Thread) -> Payload:
    index = chat.threads.index(shown)
    found: Payload = {}
    if index > 0:
        found["previous_thread_id"] = chat.threads[index - 1].id
    if index + 1 < len(chat.threads):
        found["next_thread_id"] = chat.threads[index + 1].id
    return found


def chat(shown: Chat, shown_thread: Thread | None) -> Payload:
    payload: Payload = {
        "id": shown.id,
        "users": users(shown),
        "access": {"group_ids": shown.group_ids},
        "properties": readable_by_customers(shown.organization, "chat", shown.properties),
    }
    if shown_thread:
        payload["thread"] = thread(shown, shown_thread)
    return payload


def summary(shown: Chat) -> Payload:
    """As `list_chats` has it in 3.6; `versions` knows the other shape."""
    payload: Payload = {
        "id": shown.id,
        "users": users(shown),
        "access": {"group_ids": shown.group_ids},
        "properties": readable_by_customers(shown.organization, "chat", shown.properties),
        "active": shown.active,
    }
    if shown.threads:
        payload["last_thread_id"] = shown.last_thread.id
        payload["last_thread_created_at"] = shown.last_thread.created_at
        payload["last_event_per_type"] = last_event_per_type(
            shown, partial(sees_event, shown), partial(event, shown.organization)
        )
    return payload
