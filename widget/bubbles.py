"""How one event looks: what its template needs to know, worked out before it runs."""

from __future__ import annotations

from typing import Any

from django.template import loader
from django.utils.safestring import SafeString, mark_safe

from chatproxy.structures import (
    Custom,
    Event,
    File,
    Form,
    Message,
    RichMessage,
    SystemEvent,
    SystemMessage,
    User,
)
from chatproxy.updates import Conversation
from widget.links import linked
from widget.reader import Reader
from widget.system_messages import sentence_of

# What LiveChat says a customer's client shows nothing for.
HIDDEN = (SystemEvent, Custom)
TEMPLATES: dict[type[Event], str] = {
    Message: "widget/events/message.html",
    File: "widget/events/file.html",
    RichMessage: "widget/events/rich_message.html",
    Form: "widget/events/form.html",
    SystemMessage: "widget/events/system_message.html",
    Event: "widget/events/unknown.html",
}
FOLD_AFTER = 1200  # characters
STRANGER = User(id="", type="agent")


def bubble(
    event: Event, conversation: Conversation, reader: Reader, arrival: str = ""
) -> SafeString:
    """The event as HTML, "" if customers must not see it.

    `arrival` is a class for events that have just come, so that they may move in.
    """
    if event.recipients == "agents" or isinstance(event, HIDDEN):
        return mark_safe("")
    template = loader.get_template(TEMPLATES[type(event)])
    return template.render(context_of(event, conversation, reader, arrival))


def context_of(
    event: Event, conversation: Conversation, reader: Reader, arrival: str
) -> dict[str, Any]:
    """Plain values only: nothing here is worth a filter in the template."""
    author = conversation.author(event) or STRANGER
    moment = reader.local(event.created_at)
    number = event.number
    context: dict[str, Any] = {
        "id": event.id,
        "key": event.created_at if number is None else number,
        "thread_id": event.id.rpartition("_")[0],
        "custom_id": event.custom_id,
        "created_at": event.created_at,
        "time": reader.time(moment) if moment else "",
        "day": reader.day(moment) if moment else "",
        "author": author_kind(event, conversation, author),
        "author_id": event.author_id,
        "name": author.name,
        "initial": author.name[:1].upper(),
        "avatar": author.avatar,
        "arrival": arrival,
        "event": event,
    }
    return context | details_of(event)


def author_kind(event: Event, conversation: Conversation, author: User) -> str:
    """customer, agent or system: whose side of the list the event stands on."""
    if not event.author_id:
        return "system"
    return "customer" if conversation.is_own(event) else author.type


def details_of(event: Event) -> dict[str, Any]:
    """What only this kind of event has."""
    match event:
        case Message():
            return {"text": linked(event.text), "is_long": len(event.text) > FOLD_AFTER}
        case SystemMessage():
            return {"text": sentence_of(event)}
        case _:
            return {}
