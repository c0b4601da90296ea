"""Invitations as the server hands them out, keeps them and counts them."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client

from tests.widget.conftest import AddWidget
from widget.models import Widget
from widget.running import Running
from widget.statistics.invitations import Outcome, chance_of, results_of, verdict

CART = {"id": "0a1b2c3d", "name": "Cart", "text": "May we help?", "link_label": "", "link": ""}
LOADER_BUDGET = 4096  # bytes
SCRIPT_BUDGET = 2700  # bytes
# As browsers say who imports a module: the script that does is no page of the website.
WEBSITE = {
    "Origin": "https://shop.example",
    "Referer": "https://chat.example/w/shop/invitations.js",
}


@pytest.fixture
def widget(add_widget: AddWidget) -> Widget:
    return add_widget(invitations=[CART | {"text_b": "Questions?", "pages": ["/cart*"]}])


def told(client: Client, query: str = "") -> dict[str, Any]:
    """What the script of the widget's invitations was told."""
    script = client.get(f"/w/shop/invitations.js{query}").content.decode()
    settings = script[script.index("{") : script.index(";export function")]
    found: dict[str, Any] = json.loads(settings)
    return found


def test_the_script_fits_its_budget_in_every_language(
    client: Client, add_widget: AddWidget
) -> None:
    add_widget("shop", invitations=[CART])
    for language, _name in settings.LANGUAGES:
        headers = {"Accept-Encoding": "br"}
        address = f"/w/shop/invitations.js?lang={language}"
        assert len(client.get(address, headers=headers).content) <= SCRIPT_BUDGET


@pytest.mark.parametrize(
    "more",
    [{"invitations": [CART]}, {"when_away": "link", "away_link": "mailto:help@shop.example"}],
)
def test_a_loader_that_does_more_is_below_4096_bytes_in_every_language(
    client: Client, add_widget: AddWidget, more: dict[str, Any]
) -> None:
    widget = add_widget("shop", **more)
    cache.set(f"online-groups:2:{widget.asker}", [])
    for language, _name in settings.LANGUAGES:
        headers = {"Accept-Encoding": "br"}
        packed = client.get(f"/w/shop/embed.js?lang={language}", headers=headers).content
        assert len(packed) < LOADER_BUDGET, language


def test_the_loader_names_them_only_where_there_are_some(
    client: Client, add_widget: AddWidget
) -> None:
    add_widget("shop", invitations=[CART | {"enabled": False}])
    add_widget("other", invitations=[CART])
    assert "invitations.js" not in client.get("/w/shop/embed.js").content.decode()
    assert "invitations.js" in client.get("/w/other/embed.js").content.decode()


def test_a_browser_is_told_what_it_needs_in_its_language(
    client: Client, add_widget: AddWidget
) -> None:
    add_widget(
        invitations=[
            CART | {"texts": {"de": {"text": "Dürfen wir helfen?"}}, "campaign": "source=mail"}
        ]
    )
    assert told(client, "?lang=de")["invitations"] == [
        {
            "id": "0a1b2c3d",
            "name": "Cart",
            "a": "Dürfen wir helfen?",
            "chat": "Chatten Sie mit uns",
            "no": "Nein, danke",
            "campaign": ["utm_source", "mail"],
        }
    ]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("summer", ["utm_campaign", "summer"]),
        ("source=mail", ["utm_source", "mail"]),
        (" source = mail ", ["utm_source", "mail"]),
        ("utm_campaign=summer", ["utm_campaign", "summer"]),
        ("?utm_campaign=summer", ["utm_campaign", "summer"]),
        ("?utm_campaign=summer+sale%21&utm_source=mail", ["utm_campaign", "summer sale!"]),
        ("50% off", ["utm_campaign", "50% off"]),
    ],
)
def test_a_campaign_may_be_written_as_it_stands_in_the_address(
    client: Client, add_widget: AddWidget, written: str, compared: list[str]
) -> None:
    add_widget(invitations=[CART | {"campaign": written}])
    assert told(client)["invitations"][0]["campaign"] == compared


def test_what_pages_say_is_counted_once_for_each_and_only_of_what_there_is(
    client: Client, widget: Widget, process: Running
) -> None:
    def say(what: str, identity: str = "0a1b2c3d", variant: str = "b", **headers: str) -> None:
        query = {"id": identity, "variant": variant, "what": what}
        response = client.get("/w/shop/invited.js", query, headers=WEBSITE | headers)
        assert (response.status_code, response.content) == (200, b"")
        assert response["Cache-Control"] == "no-store"

    say("shown")
    say("shown", variant="a")
    say("accepted")
    say("chat")
    say("shown", identity="ffffffff")
    say("shown", variant="z")
    say("shown", Origin="https://stranger.example")
    client.post("/w/shop/invited", {"id": "0a1b2c3d", "variant": "b"})
    process.counts.write()
    process.counts.write()
    counted = widget.invitation_tallies.values_list("variant", "what", "count")
    assert sorted(counted) == [
        ("a", "shown", 1),
        ("b", "accepted", 1),
        ("b", "chat", 1),
        ("b", "shown", 1),
    ]
    (result,) = results_of(widget, 7)
    assert [outcome.shown for outcome in result.outcomes] == [1, 1]
    assert "Too early" in result.verdict


def test_what_a_page_of_the_chats_own_origin_says_is_counted(
    client: Client, add_widget: AddWidget, process: Running
) -> None:
    widget = add_widget(invitations=[CART], allowed_origins=["https://chat.example"])
    query = {"id": CART["id"], "variant": "a", "what": "shown"}
    client.get("/w/shop/invited.js", query, headers={"Referer": WEBSITE["Referer"]})
    process.counts.write()
    assert widget.invitation_tallies.count() == 1


@pytest.mark.parametrize(
    ("accepted", "words"),
    [((50, 90), "Text B does better: 9.0 % accept it, 5.0 % the other."), ((50, 55), "No clear")],
)
def test_two_texts_are_compared_in_words(accepted: tuple[int, int], words: str) -> None:
    one, other = (
        Outcome(name, 1000, count, 0, 0) for name, count in zip("AB", accepted, strict=True)
    )
    assert verdict(one, other).startswith(words)


def test_the_comparison_is_the_textbooks() -> None:
    # 200 and 240 of 1000: z = 2.1586, as the pooled two-proportion test gives it.
    chance = chance_of(Outcome("A", 1000, 200, 0, 0), Outcome("B", 1000, 240, 0, 0))
    assert chance == pytest.approx(0.0309, abs=0.0005)


@pytest.mark.parametrize("accepted", [(0, 0), (100, 100), (150, 100), (200, 200)])
def test_nothing_that_was_counted_is_too_odd_to_compare(accepted: tuple[int, int]) -> None:
    """Pages may say that more accepted than saw it: some of what they say is lost, or invented."""
    one, other = (
        Outcome(name, 100, count, 0, 0) for name, count in zip("AB", accepted, strict=True)
    )
    assert "100 of 100 comparisons" in verdict(one, other)
    assert one.percent in ("0.0 %", "100.0 %")


def test_chance_is_never_said_to_be_less_than_it_is() -> None:
    one, other = Outcome("A", 1000, 50, 0, 0), Outcome("B", 1000, 77, 0, 0)
    assert 0.01 < chance_of(one, other) < 0.015
    assert "at most 2 of 100" in verdict(one, other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"id": "<script>"},
        {"link_label": "See", "link": "javascript:alert(1)"},
        {"link_label": "See"},
        {"picture": "http://shop.example/a.png"},
        {"pages": ["no page"]},
        {"texts": {"xx": {"text": "?"}}},
        {"values": [["cart", "~", "1"]]},
        {"seconds": -1},
        {"seconds": "1"},
        {"unknown": 1},
        {"visitor": "neither"},
    ],
)
def test_what_a_file_says_of_them_is_checked(widget: Widget, wrong: dict[str, Any]) -> None:
    widget.invitations = [CART | wrong]
    with pytest.raises(ValidationError):
        widget.full_clean()
