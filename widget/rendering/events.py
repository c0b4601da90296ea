"""How one event looks: what its template needs to know, worked out before it runs."""

from __future__ import annotations

import logging
from functools import singledispatch
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString
from msgspec.structs import replace

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
from widget.rendering.compiled_templates import Shape, escaped, render_compiled
from widget.rendering.emoji import is_few_emoji
from widget.rendering.links import link_addresses
from widget.rendering.locale import Locale
from widget.rendering.markdown import render_markdown
from widget.rendering.pages import page_of
from widget.rendering.system_messages import sentence_of

logger = logging.getLogger(__name__)

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
SCORES = {1: "good", 0: "bad"}  # of an answer, as `rating.score`
FOLD_AFTER = 1200  # characters
PICTURE_WIDTH, PICTURE_HEIGHT = 280, 320  # CSS pixels
STRANGER = User(id="", type="agent")


def render_event(
    event: Event, conversation: Conversation, locale: Locale, arrival: str = ""
) -> SafeString:
    """The event as HTML, "" if customers must not see it.

    `arrival` is a class for events that have just come, so that they may move in.
    """
    if is_hidden(event):
        return SafeString("")
    return render_event_in(template_of(event), event, conversation, locale, arrival)


def render_event_in(
    template: str, event: Event, conversation: Conversation, locale: Locale, arrival: str
) -> SafeString:
    """An event to show, in a template that is its own or includes its own as `template`.

    One that we cannot show is told of as one we do not know: it hides none of the others.
    """
    try:
        return render_in(template, event, conversation, locale, arrival)
    except Exception:
        logger.exception("event %s cannot be shown", event.id)
        unknown = Event(id=event.id, created_at=event.created_at, author_id=event.author_id)
        around = template_of(unknown) if template == template_of(event) else template
        return render_in(around, unknown, conversation, locale, arrival)


def render_in(
    template: str, event: Event, conversation: Conversation, locale: Locale, arrival: str
) -> SafeString:
    """The same for an event that we can show."""
    author = conversation.author(event) or STRANGER
    kind = author_kind(event, conversation, author)
    texts = texts_of(event, author, locale)
    shape: Shape = (
        ("template", template_of(event)),
        ("author", kind),
        ("arrival", arrival),
        ("is_answer", author.is_bot),
        ("score", score_of(event)),
    )
    if isinstance(event, Message):  # what happens most
        page, page_texts = page_of(event, kind, conversation.customer_id)
        shape = (*shape, *shape_of(event), ("page", page))
        words = escaped(texts | page_texts)
        words["text"] = text_of(event, locale)
        return render_compiled(template, locale.language, shape, words)
    with translation.override(locale.language):
        context = details_of(event) | {"event": event, "customer_id": conversation.customer_id}
        return SafeString(get_template(template).render(texts | dict(shape) | context))


def is_hidden(event: Event) -> bool:
    """Whether it is none of the customer's business."""
    return event.is_for_agents or type(event) in HIDDEN


def template_of(event: Event) -> str:
    """A form that asks and one that was answered are of one class, and look different."""
    return FILLED_FORM if event.type == "filled_form" else TEMPLATES[type(event)]


def texts_of(event: Event, author: User, locale: Locale) -> dict[str, str]:
    """What is written into the template: nothing here is worth a filter there."""
    number = event.number
    time, day = locale.written(event.created_at)
    return {
        "id": event.id,
        "key": event.created_at if number is None else str(number),
        "thread_id": event.id.rpartition("_")[0],
        "custom_id": event.custom_id,
        "created_at": event.created_at,
        "time": time,
        "day": day,
        "author_id": event.author_id,
        "name": author.name,
        "initial": author.name[:1].upper(),
        "avatar": author.avatar,
    }


def author_kind(event: Event, conversation: Conversation, author: User) -> str:
    """customer, agent or system: whose side of the list the event is on."""
    if not event.author_id:
        return "system"
    return "customer" if conversation.is_own(event) else author.type


def score_of(event: Event) -> str:
    """What the customer thinks of an answer: good, bad, or "" for nothing yet."""
    if not event.properties:
        return ""
    score = event.properties.get("rating", {}).get("score")
    return SCORES.get(score, "") if isinstance(score, int) else ""


@singledispatch
def details_of(event: Event) -> dict[str, Any]:  # noqa: ARG001
    """What only this kind of event has, in the language that is active."""
    return {}


@details_of.register
def details_of_system_message(event: SystemMessage) -> dict[str, Any]:
    return {"text": sentence_of(event)}


@details_of.register
def details_of_file(file: File) -> dict[str, Any]:
    size = {"size": filesizeformat(file.size) if file.size else ""}
    return size | {"plays": player_of(file)} | picture_size(file)


@details_of.register
def details_of_rich_message(event: RichMessage) -> dict[str, Any]:
    return {"elements": [element_of(element) for element in event.elements]}


@details_of.register
def details_of_form(form: Form) -> dict[str, Any]:
    return {"kind": form.form_type}


def shape_of(message: Message) -> Shape:
    """An answer is never folded: it would close again once it is written to its end."""
    text, is_markdown = message.text, message.is_markdown
    is_long = len(text) > FOLD_AFTER and not is_markdown
    is_emoji = not is_markdown and is_few_emoji(text)
    return ("is_markdown", is_markdown), ("is_long", is_long), ("is_emoji", is_emoji)


def text_of(message: Message, locale: Locale) -> SafeString:
    """What was written, or its translation for the customer, if LiveChat made one."""
    if (translated := message.translation) or not message.is_markdown:
        return link_addresses(translated or message.text)
    with translation.override(locale.language):
        return render_markdown(message.text)


def player_of(file: File) -> str:
    """The element that plays it, "" for none."""
    kind = file.content_type.partition("/")[0]
    return kind if file.url and kind in ("audio", "video") and not file.is_image else ""


def picture_size(file: File) -> dict[str, Any]:
    """The size at which a picture is shown, known before it has loaded."""
    if not file.is_image:
        return {}
    width, height = file.width or 1, file.height or 1
    scale = min(1, PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    return {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}


def element_of(element: Element) -> dict[str, Any]:
    """A card with its buttons, each told what it does."""
    return {
        "title": link_addresses(element.title),
        "subtitle": link_addresses(element.subtitle),
        "image": element.image,
        "product": element.product,
        "buttons": [(button, link_of(button)) for button in buttons_of(element)],
    }


def buttons_of(element: Element) -> list[Button]:
    """Those that say something: a link without words shows where it leads."""
    named = (replace(button, text=words_on(button)) for button in element.buttons)
    return [button for button in named if button.text]


def words_on(button: Button) -> str:
    return button.text or (button.value if link_of(button) else "")


def link_of(button: Button) -> str:
    """Where a button leads, "" for one that only tells LiveChat it was pressed."""
    if button.type in ("url", "webview") and button.value.startswith(("https://", "http://")):
        return button.value
    digits = "".join(character for character in button.value if character in "+0123456789")
    return f"tel:{digits}" if button.type == "phone" and digits else ""
