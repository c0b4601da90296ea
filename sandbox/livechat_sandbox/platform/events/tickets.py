"""Tickets: what customers left in a ticket form while nobody was there. Each is one thread.

LiveChat keeps tickets in a product of its own, HelpDesk. Here they are read from the chats, so
they are as many as customers wrote, and their tags are the thread's.

Agents are told of them: Agent Chat API v3.6, "ticket_created", "ticket_deleted".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Chat, Event, Organization, Thread

Status = Literal["open", "pending"]


@dataclass(frozen=True)
class Ticket:
    """A thread, and the form in it that makes it a ticket."""

    chat: Chat
    thread: Thread
    form: Event

    @property
    def id(self) -> str:
        return self.thread.id

    @property
    def status(self) -> Status:
        """`pending` is HelpDesk's word for: answered, and it is the customer's turn."""
        agents = {user.id for user in self.chat.users.values() if user.type == "agent"}
        answered = any(event.author_id in agents for event in self.thread.events)
        return "pending" if answered else "open"

    @property
    def subject(self) -> str:
        return self.answer("subject") or self.message[:80]

    @property
    def message(self) -> str:
        return self.answer("textarea") or self.answer("question")

    def answer(self, field_type: str) -> str:
        """What was written into the first field of this type; "" if there is none."""
        answers = [
            field.get("answer")
            for field in self.form.content.get("fields", [])
            if field.get("type") == field_type
        ]
        return answers[0] if answers and isinstance(answers[0], str) else ""


def of(organization: Organization) -> Iterator[Ticket]:
    """Every ticket, oldest chat first."""
    for chat in organization.chats.values():
        for thread in chat.threads:
            if form := form_in(thread):
                yield Ticket(chat, thread, form)


def form_in(thread: Thread) -> Event | None:
    """What makes the thread a ticket, if it is one."""
    return next((each for each in thread.events if is_ticket(thread.organization, each)), None)


def is_ticket(organization: Organization, event: Event) -> bool:
    own_form = organization.forms["ticket"].id
    return event.type == "filled_form" and (
        event.properties.get("lc2", {}).get("form_type") == "ticket"
        or event.content.get("form_id") == own_form
    )


def tell_created(thread: Thread, event: Event) -> None:
    """Where this event makes a ticket of the thread."""
    organization = thread.organization
    if event.author_id in organization.customers and form_in(thread) is event:
        organization.customers[event.author_id].tickets_count += 1
        told = {"customer_id": event.author_id, "ticket_id": thread.id}
        told |= {"silo": "inbox", "created_at": thread.created_at}
        pushes.to_all_agents(organization, "ticket_created", told)


def tell_deleted(chat: Chat, threads: Iterable[Thread]) -> None:
    """Those of these threads that are tickets."""
    for thread in threads:
        if form_in(thread):
            chat.organization.customers[chat.customer_id].tickets_count -= 1
            told = {"customer_id": chat.customer_id, "ticket_id": thread.id}
            pushes.to_all_agents(chat.organization, "ticket_deleted", told)


def view(ticket: Ticket) -> Payload:
    customer = ticket.chat.organization.customers[ticket.chat.customer_id]
    return {
        "id": ticket.id,
        "chat_id": ticket.chat.id,
        "status": ticket.status,
        "subject": ticket.subject,
        "message": ticket.message,
        "requester": {
            "name": ticket.answer("name") or customer.name,
            "email": ticket.answer("email") or str(customer.fields.get("email", "")),
        },
        "group_ids": ticket.thread.group_ids,
        "tags": list(ticket.thread.tags),
        "created_at": ticket.thread.created_at,
    }
