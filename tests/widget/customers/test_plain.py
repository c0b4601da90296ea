"""The chat without JavaScript."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.sandbox_rig import Agent
from tests.widget.visitor import texts_of
from widget.models import Widget, cache_key

PAGE = "/w/shop/plain/"


@pytest.fixture
def browser(shop_widget: Widget) -> Client:
    """A browser that insists on the protection against forged requests, as real ones do."""
    client = Client(enforce_csrf_checks=True)
    client.get(PAGE)
    return client


def write(browser: Client, text: str) -> Any:
    """Fill in the form as it was shown."""
    page = browser.get(PAGE).content.decode()
    names = ("csrfmiddlewaretoken", "custom_id")
    hidden = {name: re.findall(f'name="{name}" value="([^"]+)"', page)[-1] for name in names}
    return browser.post(PAGE, hidden | {"text": text})


def test_a_message_reaches_the_agent_and_the_page_comes_back_empty(
    browser: Client, agent: Agent
) -> None:
    response = write(browser, "No scripts here")
    assert (response.status_code, response["Location"]) == (302, PAGE + "?lang=en")
    assert texts_of(agent) == ["No scripts here"]


def test_the_log_shows_both_sides(browser: Client, agent: Agent) -> None:
    write(browser, "Hello")
    agent.send(agent.chats()[0]["id"], "Good morning")
    log = browser.get(PAGE + "log").content.decode()
    assert log.index("Hello") < log.index("Good morning")
    assert 'role="log"' in log


def test_the_log_leaves_out_earlier_chats_if_the_owner_does_not_want_them(
    browser: Client, agent: Agent, shop_widget: Widget
) -> None:
    shop_widget.history = False
    shop_widget.save()
    cache.delete(cache_key("shop"))
    write(browser, "The first chat")
    agent.close(agent.chats()[0]["id"])
    write(browser, "The second chat")
    log = browser.get(PAGE + "log").content.decode()
    assert [text in log for text in ("The first chat", "The second chat")] == [False, True]


def test_without_sessions_there_is_no_such_page(shop_widget: Widget, settings: Settings) -> None:
    settings.MIDDLEWARE = []
    assert Client().get(PAGE).status_code == 404


def test_the_log_asks_again_by_itself(browser: Client) -> None:
    assert '<meta http-equiv="refresh"' in browser.get(PAGE + "log").content.decode()


def test_the_chat_can_be_ended(browser: Client, agent: Agent) -> None:
    write(browser, "Hello")
    token = re.findall('csrfmiddlewaretoken" value="([^"]+)"', browser.get(PAGE).content.decode())[
        0
    ]
    assert browser.post(PAGE + "end", {"csrfmiddlewaretoken": token}).status_code == 302
    assert "This chat has ended" in browser.get(PAGE + "log").content.decode()


def test_before_anybody_wrote_there_is_nothing_to_end(browser: Client) -> None:
    assert "End chat" not in browser.get(PAGE).content.decode()
    write(browser, "Hello")
    assert "End chat" in browser.get(PAGE).content.decode()


def test_a_message_that_failed_stays_in_the_form(browser: Client) -> None:
    response = write(browser, "x" * 20_000)
    assert response.status_code == 200
    assert "too long" in response.content.decode()
    assert "x" * 20_000 in response.content.decode()


def test_a_forged_message_is_refused(browser: Client, agent: Agent) -> None:
    assert browser.post(PAGE, {"text": "Forged", "custom_id": "forged-12"}).status_code == 403
    assert agent.chats() == []


def test_the_page_may_be_framed_by_nobody_else(browser: Client) -> None:
    assert "frame-ancestors 'self'" in browser.get(PAGE)["Content-Security-Policy"]


def test_two_browsers_are_two_customers(browser: Client, agent: Agent) -> None:
    write(browser, "Where is my parcel?")
    other = Client(enforce_csrf_checks=True)
    other.get(PAGE)
    write(other, "Do you ship to Norway?")
    assert len(agent.chats()) == 2
    assert "parcel" not in other.get(PAGE + "log").content.decode()


def test_the_panel_leads_here_without_javascript(browser: Client) -> None:
    panel = browser.get("/w/shop/").content.decode()
    assert (
        '<noscript><meta http-equiv="refresh" content="0; url=/w/shop/plain/?lang=en"></noscript>'
        in panel
    )
