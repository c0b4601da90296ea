"""A greeting as the website's page shows it beside the launcher: plain data, not HTML."""

from __future__ import annotations

from typing import Any

from chatproxy.livechat.structures import (
    Button,
    Element,
    Event,
    File,
    Greeting,
    Image,
    Message,
    RichMessage,
)
from chatproxy.relay.updates import Conversation
from widget.rendering.encoding import encodable
from widget.rendering.events import buttons_of, link_of

MOST_CARDS = 10  # LiveChat has no more in one message
LONGEST = 1000  # characters of one text beside the launcher


def news_of(conversation: Conversation) -> dict[str, Any]:
    """The greeting on show, who sees it, whether there is a chat to load and whether it goes on."""
    greeting = conversation.greeting
    return {
        "greeting": data_of(greeting) if greeting else None,
        "customer": conversation.customer_id,
        "has_chat": bool(conversation.chat_id),
        "is_chatting": conversation.active,
    }


def data_of(greeting: Greeting) -> dict[str, Any]:
    told = {
        "id": greeting.id,
        "uniqueId": greeting.unique_id,
        "name": words(greeting.agent.name),
        "face": greeting.agent.avatar,
        "accepted": greeting.accepted,
        "is_exit_intent": greeting.is_exit_intent,
        "is_announcement": greeting.is_announcement,
        "cards": cards_of(greeting.event),
    }
    return {name: value for name, value in told.items() if value or name in ("id", "cards")}


def cards_of(event: Event) -> list[dict[str, Any]]:
    """What a greeting of any kind says; a kind to come says nothing."""
    if isinstance(event, Message):
        return [{"text": words(event.translation or event.text)}]
    if isinstance(event, File) and event.is_image:
        return [{"picture": picture_of(event)}]
    if isinstance(event, RichMessage):
        return [card_of(element) for element in event.elements[:MOST_CARDS]]
    return []


def card_of(element: Element) -> dict[str, Any]:
    told = {
        "title": words(element.title),
        "text": words(element.subtitle),
        "picture": picture_of(element.image) if element.image else None,
        "buttons": [button_of(button) for button in buttons_of(element)],
    }
    return {name: value for name, value in told.items() if value}


def picture_of(image: Image | File) -> dict[str, Any]:
    told = {"url": image.url, "width": image.width, "height": image.height}
    told["words"] = words(image.alternative_text or image.name)
    return {name: value for name, value in told.items() if value}


def button_of(button: Button) -> dict[str, Any]:
    """`link`: where it leads. `type` is "" for one that only tells LiveChat it was pressed."""
    told = {
        "id": button.postback_id,
        "text": words(button.text),
        "type": button.type,
        "link": link_of(button),
        "here": button.target == "current",
    }
    return {name: value for name, value in told.items() if value}


def words(text: str) -> str:
    return encodable(text)[:LONGEST]
