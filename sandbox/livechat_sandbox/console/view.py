"""What the console shows an agent: the desk, its list of chats, one conversation."""

from dataclasses import dataclass, field
from typing import Any

from livechat_sandbox.agent_api.access import may_access
from livechat_sandbox.platform.events import seen_marks
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Agent, Chat, Customer, Event, Organization, Thread
from livechat_sandbox.world.seed import BOT_ID

CONSOLE = "/sandbox/console"
STATUSES = {
    "accepting_chats": "Accepting",
    "not_accepting_chats": "Paused",
    "offline": "Offline",
}
CANNED_REPLIES = (
    "Hello! How can I help you?",
    "Let me look that up for you.",
    "Could you tell me your order number, please?",
    "Your parcel leaves our warehouse today.",
    "Is there anything else I can do for you?",
    "Thank you for writing to us. Have a lovely day!",
)
TEMPLATES = (
    ("cards", "Card or carousel"),
    ("quick_replies", "Quick replies"),
    ("sticker", "Sticker"),
    ("ecommerce", "Product with options"),
)
BUTTON_TYPES = ("message", "url", "phone", "webview", "cancel")
EVENT_TEMPLATES = {
    "message": "sandbox/events/message.html",
    "file": "sandbox/events/file.html",
    "filled_form": "sandbox/events/form.html",
    "form": "sandbox/events/form.html",
    "rich_message": "sandbox/events/rich_message.html",
}
NO_TEXT = {
    "file": "📎 {name}",
    "rich_message": "Rich message",
    "filled_form": "Filled in a form",
    "form": "Form",
}
ARCHIVED = 30  # chats shown


@dataclass(frozen=True)
class ShownEvent:
    id: str
    number: int
    type: str
    author: str  # customer, agent, system
    by: str
    created_at: str
    content: Payload
    template: str
    is_private: bool
    is_deleted: bool


@dataclass(frozen=True)
class Row:
    """One line of the list of chats."""

    id: str
    name: str
    initials: str
    url: str
    is_open: bool
    is_online: bool
    at: str
    last: str
    peek: str
    unread: int
    position: int


@dataclass(frozen=True)
class Section:
    title: str
    none: str
    rows: list[Row] = field(default_factory=list)


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def desk_url(agent: Agent, chat: Chat | None = None) -> str:
    return f"/?agent={agent.id}" + (f"&chat={chat.id}" if chat else "")


# --- the desk ---------------------------------------------------------------------------------


def desk(agent: Agent, chat: Chat | None, peeks: dict[str, str]) -> dict[str, Any]:
    """Everything the page and its fragments need."""
    organization = agent.organization
    people = [each for each in organization.agents.values() if not each.is_bot]
    context: dict[str, Any] = {
        "organization": organization,
        "agent": {"id": agent.id, "name": agent.name, "initials": initials(agent.name)},
        "agents": people,
        "agent_url": f"{CONSOLE}/{agent.id}/",
        "list_url": desk_url(agent),
        "beside_url": f"{CONSOLE}?" + "&".join(f"agent={each.id}" for each in people[:2]),
        "socket_url": f"{CONSOLE}/ws?agent={agent.id}" + (f"&chat={chat.id}" if chat else ""),
        "statuses": [
            {"value": value, "label": label, "pressed": agent.status == value}
            for value, label in STATUSES.items()
        ],
        "bot": bot(organization),
        "sections": sections(agent, chat, peeks),
        "has_chats": bool(organization.chats),
    }
    if chat:
        context |= {
            "conversation": conversation(agent, chat, peeks),
            "chat_url": f"{CONSOLE}/{agent.id}/chats/{chat.id}/",
            "colleagues": [
                {"id": each.id, "name": each.name, "status_label": STATUSES[each.status]}
                for each in organization.agents.values()
                if each is not agent and each.is_in(chat.group_ids)
            ],
            "groups": list(organization.groups.values()),
            "canned": CANNED_REPLIES,
            "ban_days": (1, 3, 7, 30),
            "templates": [{"id": value, "name": name} for value, name in TEMPLATES],
            "rich_cards": range(3),
            "rich_buttons": range(3),
            "button_types": BUTTON_TYPES,
        }
    return context


def bot(organization: Organization) -> dict[str, Any] | None:
    agent = organization.agents.get(BOT_ID)
    return {"name": agent.name, "is_on": agent.status != "offline"} if agent else None


# --- the list of chats ------------------------------------------------------------------------


def sections(agent: Agent, opened: Chat | None, peeks: dict[str, str]) -> list[Section]:
    mine = Section("My chats", "Nobody is waiting for your answer.")
    waiting = Section("Waiting", "The queue is empty.")
    others = Section("Other agents", "No other chats.")
    archive = Section("Archive", "No closed chats yet.")
    for chat in newest_first(agent.organization):
        if not chat.threads or not may_access(agent, chat):
            continue
        if not chat.active:
            section = archive
        elif chat.id in agent.chat_ids:
            section = mine
        else:
            section = others if chat.present_agents() else waiting
        if section is not archive or len(archive.rows) < ARCHIVED:
            section.rows.append(row(agent, chat, opened, peeks))
    return [mine, waiting, *([others] if others.rows else []), archive]


def newest_first(organization: Organization) -> list[Chat]:
    def last_moment(chat: Chat) -> str:
        if not chat.threads:
            return ""
        events = chat.last_thread.events
        return events[-1].created_at if events else chat.last_thread.created_at

    return sorted(organization.chats.values(), key=last_moment, reverse=True)


def row(
    agent: Agent,
    chat: Chat,
    opened: Chat | None,
    peeks: dict[str, str],
) -> Row:
    customer = agent.organization.customers[chat.customer_id]
    events = [event for event in chat.last_thread.events if not event.deleted]
    is_mine = agent.id in chat.users
    return Row(
        id=chat.id,
        name=customer.name,
        initials=initials(customer.name),
        url=desk_url(agent, chat),
        is_open=chat is opened,
        is_online=customer.online,
        at=events[-1].created_at if events else chat.last_thread.created_at,
        last=one_line(events[-1]) if events else "",
        peek=peeks.get(chat.id, ""),
        unread=unread(chat, agent) if is_mine and chat.active and chat is not opened else 0,
        position=chat.last_thread.queue_position if chat.active else 0,
    )


def one_line(event: Event) -> str:
    text = event.content.get("text")
    return str(text) if text else NO_TEXT.get(event.type, event.type).format_map(event.content)


def unread(chat: Chat, agent: Agent) -> int:
    seen_up_to = chat.users[agent.id].events_seen_up_to or ""
    return sum(
        1
        for event in chat.last_thread.events
        if event.author_id == chat.customer_id and event.created_at > seen_up_to
    )


# --- a conversation ---------------------------------------------------------------------------


def conversation(agent: Agent, chat: Chat, peeks: dict[str, str]) -> dict[str, Any]:
    customer = agent.organization.customers[chat.customer_id]
    thread = chat.last_thread
    return {
        "id": chat.id,
        "name": customer.name,
        "initials": initials(customer.name),
        "is_online": customer.online,
        "is_active": chat.active,
        "has_me": chat.id in agent.chat_ids,
        "position": thread.queue_position,
        "state": state(chat),
        "peek": peeks.get(chat.id, ""),
        "seen_up_to": seen_by(chat, customer.id),
        "threads": [shown_thread(each) for each in chat.threads],
        "facts": facts(customer),
        "pages": [
            {"url": page.url, "title": page.title}
            for page in reversed(customer.visit.pages[-6:] if customer.visit else [])
        ],
        "tags": thread.tags,
        "custom_fields": [pair for fields in customer.session_fields for pair in fields.items()],
        "rating": rating(thread),
        "agents": [
            agent.organization.person(user.id).name
            + ("" if user.visibility == "all" else " (only agents see them)")
            for user in chat.present_agents()
        ],
    }


def seen_by(chat: Chat, user_id: str) -> str | None:
    """Up to when; None for a chat that has no customer yet, too."""
    return chat.users[user_id].events_seen_up_to if user_id in chat.users else None


def state(chat: Chat) -> str:
    organization = chat.organization
    groups = ", ".join(
        organization.groups[group_id].name
        for group_id in chat.group_ids
        if group_id in organization.groups
    )
    if not chat.active:
        return f"Closed · {groups}"
    names = [organization.person(user.id).name for user in chat.present_agents()]
    if names:
        return f"With {', '.join(names)} · {groups}"
    position = chat.last_thread.queue_position
    return f"Number {position} in the queue · {groups}" if position else f"Unassigned · {groups}"


def facts(customer: Customer) -> list[tuple[str, str]]:
    visit = customer.visit
    known = [
        ("E-mail", customer.fields.get("email", "")),
        ("Phone", customer.fields.get("phone_number", "")),
        ("Status", "Online" if customer.online else "Away"),
        ("Visits", str(customer.statistics["visits_count"])),
        ("Chats", str(customer.statistics["threads_count"])),
        ("Came from", visit.referrer if visit else ""),
        ("Address", visit.ip if visit else ""),
        ("Browser", visit.user_agent if visit else ""),
    ]
    return [(label, value) for label, value in known if value]


def rating(thread: Thread) -> str:
    given = thread.properties.get("rating", {})
    if "score" not in given:
        return ""
    comment = f" “{given['comment']}”" if given.get("comment") else ""
    return ("👍" if given["score"] else "👎") + comment


def shown_thread(thread: Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "created_at": thread.created_at,
        "events": [shown_event(thread.organization, event) for event in thread.events],
    }


def shown_event(organization: Organization, event: Event) -> ShownEvent:
    author = "system"
    by = ""
    if event.author_id is not None:
        person = organization.person(event.author_id)
        author, by = person.type, person.name
    return ShownEvent(
        id=event.id,
        number=event.number,
        type=event.type,
        author=author,
        by=by,
        created_at=event.created_at,
        content=event.content,
        template=EVENT_TEMPLATES.get(event.type, "sandbox/events/custom.html"),
        is_private=event.visibility == "agents",
        is_deleted=event.deleted,
    )


def last_unseen(chat: Chat, agent: Agent) -> str | None:
    """The moment up to which an agent who looks at the chat has now seen it."""
    if agent.id not in chat.users or not seen_marks.has_unread_events(chat, agent.id):
        return None
    return max(event.created_at for event in chat.last_thread.events)
