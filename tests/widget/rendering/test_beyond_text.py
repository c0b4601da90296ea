"""Emoji, sounds, films, phone numbers, cards, and what is one's own."""

from typing import Any

import pytest

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import User, parse_event
from chatproxy.relay.updates import Conversation, Happened
from widget.rendering.emoji import is_few_emoji
from widget.rendering.greetings import cards_of
from widget.rendering.links import link_addresses
from widget.rendering.locale import Locale
from widget.rendering.pushes import html_of

NORA = User(id="nora", type="customer", name="Nora")
PIOTR = User(id="piotr", type="agent", name="Piotr", present=True)
KNOWN = Conversation(
    customer_id="nora",
    chat_id="CHAT",
    thread_id="THREAD",
    active=True,
    people={"nora": NORA, "piotr": PIOTR},
)


def arrived(author: str = "piotr", **fields: Any) -> str:
    event = {"id": "THREAD_1", "type": "message", "author_id": author, "text": "Hello"}
    made = parse_event({**event, "created_at": "2026-03-18T21:24:05.118200Z", **fields})
    update = Happened(pushes.IncomingEvent(thread_id="THREAD", event=made), KNOWN)
    return html_of(update, Locale())


@pytest.mark.parametrize("text", ["😀", "👨‍👩‍👧‍👦", "🇩🇪 🇫🇷", "1️⃣", "❤️", "👍🏽", " 🎉🎉🎉 "])
def test_a_few_emoji_are_shown_large(text: str) -> None:
    assert is_few_emoji(text)
    assert 'class="bubble emoji"' in arrived(text=text)


@pytest.mark.parametrize("text", ["", "12", "Yes 😀", "😀😀😀😀", "#", "♥" * 50])
def test_other_texts_are_not(text: str) -> None:
    assert not is_few_emoji(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Call +48 555-123-456.", "+48555123456"),
        ("+49 (0) 30 / 123456", "+4930123456"),
        ("(+1 (555) 123-4567)", "+15551234567"),
    ],
)
def test_phone_numbers_of_the_world_can_be_called(text: str, number: str) -> None:
    assert f'<a href="tel:{number}">' in link_addresses(text)


@pytest.mark.parametrize(
    "text", ["1+23456789012", "+12345", "+12345678901234567890", "Order 1042 555 1234", "a+b@c.de"]
)
def test_other_numbers_cannot(text: str) -> None:
    assert "tel:" not in link_addresses(text)


@pytest.mark.parametrize(("kind", "player"), [("audio/ogg", "<audio"), ("video/mp4", "<video")])
def test_sounds_and_films_play_where_they_stand(kind: str, player: str) -> None:
    html = arrived(type="file", name="a.bin", url="https://cdn.example/a", content_type=kind)
    assert player in html
    assert 'preload="none"' in html  # nothing is fetched that nobody wants


def test_a_webview_says_how_high_it_is() -> None:
    button = {"text": "Choose", "postback_id": "p", "user_ids": [], "type": "webview"}
    button |= {"value": "https://moment.example/", "webview_height": "compact"}
    html = arrived(type="rich_message", template_id="cards", elements=[{"buttons": [button]}])
    assert 'data-webview="compact"' in html


@pytest.mark.parametrize(
    ("kind", "value"), [("url", "https://shop.example/pots"), ("phone", "+48 555 123 456")]
)
def test_a_link_of_a_card_without_words_shows_where_it_leads(kind: str, value: str) -> None:
    button = {"text": "", "postback_id": "p", "user_ids": [], "type": kind, "value": value}
    card = {"buttons": [button]}
    html = arrived(type="rich_message", template_id="cards", elements=[card])
    assert f">{value}</a>" in html
    greeting = parse_event({"type": "rich_message", "elements": [card]})
    assert cards_of(greeting)[0]["buttons"][0]["text"] == value


def test_a_picture_without_a_name_is_a_link_that_can_be_heard() -> None:
    url = "https://cdn.example/a.png"
    picture = {"type": "file", "url": url, "content_type": "image/png", "width": 20, "height": 20}
    html = arrived("piotr", **picture)
    assert 'alt="File"' in html


def test_several_cards_can_be_turned_and_one_cannot() -> None:
    cards = [{"title": "One"}, {"title": "Two"}]
    assert "Next card" in arrived(type="rich_message", template_id="cards", elements=cards)
    assert "Next card" not in arrived(type="rich_message", template_id="cards", elements=cards[:1])


def test_one_s_own_messages_can_be_deleted_and_no_others() -> None:
    assert "Delete this message" in arrived("nora")
    assert "Delete this message" not in arrived("piotr")
