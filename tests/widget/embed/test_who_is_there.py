"""Whether somebody is there, as the loader says it, and what stands there when nobody is."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.conftest import AddWidget
from tests.widget.embed.test_embed import configuration
from tests.widget.visitor import Visitor, texts_of
from widget import availability
from widget.models import Widget
from widget.running import Running

LOADER = "/w/shop/embed.js"


@pytest.fixture
def nobody_there(sandbox: Sandbox) -> None:
    sandbox.settings(agents=dict.fromkeys(ids(sandbox), "not_accepting_chats"))


def ids(sandbox: Sandbox) -> list[str]:
    return [agent["id"] for agent in sandbox.config["agents"]]


def questions(sandbox: Sandbox) -> list[str]:
    """What LiveChat was asked."""
    return sandbox.requests()


def keep(process: Running) -> None:
    """What the keeper does every few seconds."""
    for widget in process.availability.due():
        availability.refresh(widget)


def hours_without_now() -> str:
    """Opening hours of the day before yesterday."""
    day = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    return f"{day:%a} 9:00-10:00"


def test_the_loader_never_waits_and_knows_a_moment_later(
    client: Client, shop_widget: Widget, sandbox: Sandbox, process: Running, nobody_there: None
) -> None:
    first = client.get(LOADER)
    assert questions(sandbox) == []
    assert first["Cache-Control"] == "public, max-age=5"
    keep(process)
    assert questions(sandbox) == ["get_dynamic_configuration"]
    assert client.get(LOADER)["Cache-Control"] == "public, max-age=60"
    assert configuration(client, "shop")["online"] == []


def test_a_widget_costs_one_question_a_minute_and_none_unless_it_is_loaded(
    client: Client, add_widget: AddWidget, sandbox: Sandbox, process: Running
) -> None:
    add_widget("idle")
    add_widget("shop")
    for _page_view in range(3):
        client.get(LOADER)
        keep(process)
    assert questions(sandbox) == ["get_dynamic_configuration"]
    process.availability.use(Widget.objects.find("idle"))
    keep(process)
    assert len(questions(sandbox)) == 2


def test_a_widget_that_nobody_has_loaded_for_long_is_let_go(
    client: Client, shop_widget: Widget, process: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(LOADER)
    monkeypatch.setattr(availability, "IN_USE", 0)
    assert process.availability.due() == []


def test_the_page_may_ask_for_another_group(
    client: Client, shop_widget: Widget, sandbox: Sandbox, process: Running
) -> None:
    client.get(LOADER)
    keep(process)
    told = configuration(client, "shop")
    assert told["group"] == 0
    assert 0 in told["online"]


def test_what_livechat_does_not_say_the_opening_hours_do(
    client: Client, add_widget: AddWidget
) -> None:
    add_widget("shop", opening_hours=hours_without_now())
    assert configuration(client, "shop")["online"] == []


def test_a_livechat_that_fails_leaves_what_it_said(
    client: Client, shop_widget: Widget, sandbox: Sandbox, nobody_there: None
) -> None:
    availability.refresh(shop_widget)
    sandbox.fault("status", status=500, method="get_dynamic_configuration")
    availability.refresh(shop_widget)
    assert configuration(client, "shop")["online"] == []


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("mailto:help@shop.example", "Write an e-mail"),
        ("tel:+49123456", "Call us"),
        ("https://shop.example/contact", "Contact us"),
    ],
)
def test_a_link_may_stand_there_instead(
    client: Client, add_widget: AddWidget, link: str, words: str
) -> None:
    add_widget("shop", when_away="link", away_link=link, opening_hours=hours_without_now())
    told = configuration(client, "shop")
    assert told["link"] == link
    assert told["texts"]["en"]["link"] == words


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "mailto:nobody", "shop.example"])
def test_a_link_leads_to_a_page_a_mailbox_or_a_phone(shop_widget: Widget, link: str) -> None:
    shop_widget.when_away, shop_widget.away_link = "link", link
    with pytest.raises(ValidationError):
        shop_widget.full_clean()


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_form_may_be_asked_that_livechat_does_not_have(
    add_widget: AddWidget, sandbox: Sandbox, agent: Agent, request: Any, is_closed: bool
) -> None:
    if not is_closed:
        request.getfixturevalue("nobody_there")
    sandbox.settings(forms={"ticket": False})
    add_widget(when_away="form", opening_hours=hours_without_now() if is_closed else "")
    customer = Visitor()
    customer.introduce()
    page = customer.ask("get", "welcome").content.decode()
    assert "Nobody is here right now" in page
    assert f'data-availability="{"online" if is_closed else "offline"}"' in page
    answers = {"email": "nora@example.com", "text": "My order?", "custom_id": "0123456789abcdef"}
    thanks = customer.ask("post", "forms/ticket", answers | {"attempt": "0"})
    assert "Thank you" in thanks.content.decode()
    assert texts_of(agent) == ["My order?"]


def test_a_bug_in_asking_who_is_there_is_logged(
    shop_widget: Widget, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(availability, "ask", {}.__getitem__)
    availability.refresh(shop_widget)
    assert "widget shop: availability is not refreshed" in caplog.text
    assert "KeyError" in caplog.text
