"""How one event looks: what its template needs to know, worked out before it runs."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.template.loader import get_template
from django.utils.safestring import SafeString

from chatproxy.livechat.structures import (
    Button,
    Custom,
    Element,
    Event,
    File,
    Form,
    Message,
    RichMessage,
    SystemEvent,
    SystemMessage,
    User,
)
from chatproxy.relay.updates import Conversation
from widget.rendering.compiled_templates import fill
from widget.rendering.links import linked
from widget.rendering.locale import Locale
from widget.rendering.markdown import markdown
from widget.rendering.system_messages import sentence_of

# What LiveChat says a customer's client shows nothing for.
HIDDEN = (SystemEvent, Custom)
TEMPLATES: dict[type[Event], str] = {
    Message: "widget/rendering/events/message.html",
    File: "widget/rendering/events/file.html",
    RichMessage: "widget/rendering/events/rich_message.html",
    Form: "widget/rendering/events/form.html",
    SystemMessage: "widget/rendering/events/system_message.html",
    Event: "widget/rendering/events/unknown.html",
}
FILLED_FORM = "widget/rendering/events/filled_form.html"
FOLD_AFTER = 1200  # characters
PICTURE_WIDTH, PICTURE_HEIGHT = 280, 320  # CSS pixels
STRANGER = User(id="", type="agent")


def bubble(
    event: Event, conversation: Conversation, locale: Locale, arrival: str = ""
) -> SafeString:
    """The event as HTML, "" if customers must not see it.

    `arrival` is a class for events that have just come, so that they may move in.
    """
    if is_hidden(event):
        return SafeString("")
    return drawn(template_of(event), event, conversation, locale, arrival)


def drawn(
    template: str, event: Event, conversation: Conversation, locale: Locale, arrival: str
) -> SafeString:
    """An event to show, in a template that is its own or includes its own as `template`."""
    author = conversation.author(event) or STRANGER
    words = words_of(event, author, locale)
    shape: dict[str, Hashable] = {
        "template": template_of(event),
        "author": author_kind(event, conversation, author),
        "arrival": arrival,
    }
    if isinstance(event, Message):  # what happens most
        is_long = len(event.text) > FOLD_AFTER
        shape |= {"is_markdown": event.is_markdown, "is_long": is_long}
        return fill(template, locale.language, shape, words | {"text": text_of(event)})
    context = details_of(event) | {"event": event, "customer_id": conversation.customer_id}
    return SafeString(get_template(template).render(words | shape | context))


def is_hidden(event: Event) -> bool:
    """Whether it is none of the customer's business."""
    return event.recipients == "agents" or isinstance(event, HIDDEN)


def template_of(event: Event) -> str:
    """A form that asks and one that was answered are of one class, and look different."""
    return FILLED_FORM if event.type == "filled_form" else TEMPLATES[type(event)]


def words_of(event: Event, author: User, locale: Locale) -> dict[str, str]:
    """What is written into the template: nothing here is worth a filter there."""
    number = event.number
    moment = locale.local(event.created_at)
    return {
        "id": event.id,
        "key": event.created_at if number is None else str(number),
        "thread_id": event.id.rpartition("_")[0],
        "custom_id": event.custom_id,
        "created_at": event.created_at,
        "time": locale.time(moment) if moment else "",
        "day": locale.day(moment) if moment else "",
        "author_id": event.author_id,
        "name": author.name,
        "initial": author.name[:1].upper(),
        "avatar": author.avatar,
    }


def author_kind(event: Event, conversation: Conversation, author: User) -> str:
    """customer, agent or system: whose side of the list the event stands on."""
    if not event.author_id:
        return "system"
    return "customer" if conversation.is_own(event) else author.type


def details_of(event: Event) -> dict[str, Any]:
    """What only this kind of event has."""
    match event:
        case SystemMessage():
            return {"text": sentence_of(event)}
        case File():
            return {"size": filesizeformat(event.size) if event.size else ""} | frame_of(event)
        case RichMessage():
            return {"elements": [element_of(element) for element in event.elements]}
        case Form():
            return {"kind": event.form_type}
        case _:
            return {}


def text_of(message: Message) -> SafeString:
    """What was written, or its translation for the customer, if LiveChat made one."""
    translated = message.properties.get("translation", {}).get("target_message")
    if isinstance(translated, str) and translated:
        return linked(translated)
    return markdown(message.text) if message.is_markdown else linked(message.text)


def frame_of(file: File) -> dict[str, Any]:
    """The size at which a picture is shown, known before it has loaded."""
    if not file.is_image:
        return {}
    width, height = file.width or 1, file.height or 1
    scale = min(1, PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    return {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}


def element_of(element: Element) -> dict[str, Any]:
    """A card with its buttons, each told what it does."""
    return {
        "title": linked(element.title),
        "subtitle": linked(element.subtitle),
        "image": element.image,
        "product": element.product,
        "buttons": [(button, link_of(button)) for button in element.buttons if button.text],
    }


def link_of(button: Button) -> str:
    """Where a button leads, "" for one that only tells LiveChat it was pressed."""
    if button.type in ("url", "webview") and button.value.startswith(("https://", "http://")):
        return button.value
    digits = "".join(character for character in button.value if character in "+0123456789")
    return f"tel:{digits}" if button.type == "phone" and digits else ""
