"""What an agent gets to see: the same facts in the agent API's shape."""

from collections.abc import Callable

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import customer_view
from livechat_sandbox.platform.shapes.last_events import last_event_per_type
from livechat_sandbox.platform.structures import (
    Agent,
    Chat,
    ChatUser,
    Customer,
    Event,
    Organization,
    Thread,
    Visit,
)

RESTRICTED = {"event": {"restricted_access": "User has no access to following resource"}}


def event(shown: Event) -> Payload:
    payload: Payload = {"id": shown.id}
    if shown.custom_id is not None:
        payload["custom_id"] = shown.custom_id
    payload["type"] = shown.type
    if shown.author_id is not None:
        payload["author_id"] = shown.author_id
    payload["created_at"] = shown.created_at
    payload["visibility"] = shown.visibility
    payload |= shown.content
    if shown.properties:
        payload["properties"] = shown.properties
    if shown.deleted:
        payload["deleted"] = True
    return payload


def agent(shown: Agent) -> Payload:
    payload: Payload = {
        "id": shown.id,
        "type": "agent",
        "name": shown.name,
        "email": shown.id,
        "avatar": shown.avatar,
        "job_title": shown.job_title,
    }
    if shown.is_bot:
        payload["is_bot"] = True
        del payload["email"]
    return payload


def customer(shown: Customer) -> Payload:
    payload: Payload = customer_view.customer(shown) | {
        "created_at": shown.created_at,
        "statistics": shown.statistics | {"tickets_count": shown.tickets_count},
        "online": shown.online,
        "group_ids": [shown.group_id],
        "state": "browsing" if shown.online else "offline",
        "followed": False,
    }
    if shown.agent_last_event_at:
        payload["agent_last_event_created_at"] = shown.agent_last_event_at
    if shown.customer_last_event_at:
        payload["customer_last_event_created_at"] = shown.customer_last_event_at
    if shown.visit:
        payload["visit"] = visit(shown)
    if shown.carts:
        payload["carts"] = shown.carts
    return payload


def place(shown: Visit) -> Payload:
    """Where a visit comes from. Nothing is known of the geography."""
    return {"ip": shown.ip, "user_agent": shown.user_agent, "geolocation": {}}


def visit(shown: Customer) -> Payload:
    if not shown.visit:
        return {}
    payload: Payload = {
        "id": shown.visit.id,
        "started_at": shown.visit.started_at,
        "referrer": shown.visit.referrer,
        **place(shown.visit),
        "last_pages": [
            {"opened_at": page.opened_at, "url": page.url, "title": page.title}
            for page in shown.visit.pages[-10:]
        ],
    }
    if shown.visit.ended_at:
        payload["ended_at"] = shown.visit.ended_at
    return payload


def user(organization: Organization, shown: ChatUser) -> Payload:
    person = organization.person(shown.id)
    payload = agent(person) if isinstance(person, Agent) else customer(person)
    payload["present"] = shown.present
    if isinstance(person, Agent):
        payload["visibility"] = shown.visibility
    if shown.events_seen_up_to:
        payload["events_seen_up_to"] = shown.events_seen_up_to
    return payload


def users(chat: Chat) -> list[Payload]:
    return [user(chat.organization, shown) for shown in chat.users.values()]


def thread_head(chat: Chat, shown: Thread) -> Payload:
    """A thread without its events."""
    payload: Payload = {
        "id": shown.id,
        "active": shown.active,
        "created_at": shown.created_at,
        "user_ids": list(shown.user_ids),
        "properties": shown.properties,
        "access": {"group_ids": shown.group_ids},
        "tags": list(shown.tags),
    }
    if shown.summary:
        payload["summary"] = shown.summary
    if shown.queued_at:
        queue = customer_view.queue(shown)
        payload["queue"] = queue | {"queued_at": shown.queued_at}
    return payload | customer_view.neighbours(chat, shown)


def thread(chat: Chat, shown: Thread) -> Payload:
    head = thread_head(chat, shown)
    if shown.customer_visit:
        head["customer_visit"] = shown.customer_visit
    return head | {"events": [event(each) for each in shown.events]}


def chat(shown: Chat, shown_thread: Thread | None) -> Payload:
    payload: Payload = {
        "id": shown.id,
        "users": users(shown),
        "access": {"group_ids": shown.group_ids},
        "properties": shown.properties,
        "is_followed": False,
    }
    if shown_thread:
        payload["thread"] = thread(shown, shown_thread)
    return payload


def summary(shown: Chat, viewer: Agent, is_open: Callable[[Thread], bool]) -> Payload:
    """As lists of chats have it; of threads that are not open to the viewer it tells no event."""
    payload: Payload = {
        "id": shown.id,
        "users": users(shown),
        "access": {"group_ids": shown.group_ids},
        "properties": shown.properties,
        "is_followed": viewer.id in shown.follower_ids,
    }
    if shown.threads:
        payload["last_thread_summary"] = thread_head(shown, shown.last_thread)
        newest = last_event_per_type(shown, lambda each: not each.deleted, event)
        closed = {thread.id for thread in shown.threads if not is_open(thread)}
        payload["last_event_per_type"] = {
            kind: each | RESTRICTED if each["thread_id"] in closed else each
            for kind, each in newest.items()
        }
    return payload
