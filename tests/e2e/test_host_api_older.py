"""LiveChat's older LC_API, which many websites still call. Source: JavaScript API v1.0."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.hosts import Host
from tests.e2e.rig import Console

CALLBACKS = [
    "on_before_load",
    "on_after_load",
    "on_chat_window_opened",
    "on_chat_window_minimized",
    "on_chat_window_hidden",
    "on_chat_state_changed",
    "on_chat_started",
    "on_chat_ended",
    "on_message",
    "on_ticket_created",
    "on_prechat_survey_submitted",
    "on_postchat_survey_submitted",
    "on_rating_submitted",
    "on_rating_comment_submitted",
]
RECORD = """window.LC_API = window.LC_API || {}; window.called = [];
for (const name of CALLBACKS) LC_API[name] = (...args) => called.push([name, ...args]);""".replace(
    "CALLBACKS", str(CALLBACKS)
)


def called(host: Host, name: str) -> Any:
    """The arguments with which LC_API called this callback, once it has."""
    found = host.page.wait_for_function(
        "name => called.find((call) => call[0] === name)", arg=name
    ).json_value()
    return found[1:]


@pytest.fixture
def older(host: Host) -> Host:
    """A page with every callback set and a panel that listens."""
    host.listen()
    host.visit(f"<script>{RECORD}</script>")
    called(host, "on_after_load")
    host.meet()
    return host


def test_a_page_that_does_not_use_it_does_not_pay_for_it(host: Host) -> None:
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "lc_api" in url]


def test_it_is_there_as_soon_as_the_loader_has_run(host: Host) -> None:
    host.visit()
    assert host.page.evaluate("typeof window.LC_API") == "object"


@pytest.mark.parametrize("before", ["", "<script>window.LC_API = { mine: 1 }</script>"])
def test_the_first_call_of_a_page_works(host: Host, before: str) -> None:
    host.visit(before)
    expect(host.launcher).to_be_visible()
    host.page.evaluate("LC_API.set_visitor_name('Ann'); LC_API.open_chat_window()")
    expect(host.iframe).to_be_visible()
    assert host.page.evaluate("LiveChatWidget.get('customer_data').name") == "Ann"
    assert host.page.evaluate("LC_API.chat_window_maximized()")


def test_what_is_no_method_is_not_there(host: Host, console: Console) -> None:
    console.expect('[LC_API] There is no "open_the_door".')
    host.visit()
    expect(host.launcher).to_be_visible()
    found = host.page.evaluate(  # at once: the first touch fetches what then knows its methods
        """[typeof LC_API.on_message, LC_API[Symbol.iterator] ?? LC_API.then ?? null,
            LC_API.open_the_door()]"""
    )
    assert found[:2] == ["undefined", None]
    host.page.wait_for_function("!LC_API._q")
    assert host.page.evaluate("typeof LC_API.open_the_door") == "undefined"
    assert console.complaints


def test_sales_are_told_to_the_page(older: Host) -> None:
    older.page.evaluate(
        """window.sales = [];
        LiveChatWidget.on("trigger_sales_tracker", (sale) => sales.push(sale));
        LC_API.trigger_sales_tracker("t1", [{ name: "order_price", value: "10" }])"""
    )
    assert older.page.evaluate("sales") == [{"trackerId": "t1", "orderPrice": "10"}]


def test_callbacks_may_be_set_after_the_loader(host: Host) -> None:
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.evaluate(RECORD)
    assert called(host, "on_before_load") == []
    assert called(host, "on_after_load") == []


def test_loading_is_told_once(older: Host) -> None:
    loads = "called.filter(([name]) => name === 'on_after_load').length"
    assert older.page.evaluate(loads) == 1


@pytest.mark.night  # by day what most websites call
def test_loading_is_told_again_after_destroy_and_init(older: Host) -> None:
    older.page.evaluate("called.length = 0; LiveChatWidget.call('destroy'); LiveChatWidget.init()")
    assert called(older, "on_after_load") == []


def test_the_window_opens_minimizes_and_hides(older: Host) -> None:
    page = older.page
    page.evaluate("LC_API.open_chat_window()")
    assert page.evaluate("LC_API.chat_window_maximized()")
    assert called(older, "on_chat_window_opened") == []
    page.evaluate("LC_API.minimize_chat_window()")
    assert page.evaluate("LC_API.chat_window_minimized()")
    assert called(older, "on_chat_window_minimized") == []
    page.evaluate("LC_API.hide_chat_window()")
    assert page.evaluate("LC_API.chat_window_hidden()")
    assert called(older, "on_chat_window_hidden") == []


def test_the_customer_is_described(older: Host) -> None:
    older.page.evaluate(
        """LC_API.set_visitor_name("Ann"); LC_API.set_visitor_email("ann@shop.example");
        LC_API.set_custom_variables([{ name: "cart", value: "2" }]);
        LC_API.update_custom_variables([{ name: "plan", value: "gold" }])"""
    )
    heard = older.expect_to_hear("customer")
    assert heard["name"] == "Ann"
    assert heard["email"] == "ann@shop.example"
    assert heard["session"] == {"cart": "2", "plan": "gold"}


@pytest.mark.night  # by day what most websites call
def test_the_chat_can_be_closed_and_silenced(older: Host) -> None:
    older.page.evaluate("LC_API.close_chat(); LC_API.disable_sounds()")
    older.expect_to_hear("close_chat")
    older.expect_to_hear("disable_sounds")


def test_a_chat_starts_and_ends(older: Host) -> None:
    page = older.page
    older.say(
        chat="state",
        status="chatting",
        chatId="SK7Q2M4XAA",
        customer={"id": "b7eff798"},
        statistics={"agent_name": "Piotr"},
    )
    assert called(older, "on_chat_started") == [{"agent_name": "Piotr"}]
    assert page.evaluate("LC_API.chat_running() && LC_API.visitor_engaged()")
    assert page.evaluate("LC_API.get_chat_id()") == "SK7Q2M4XAA"
    assert page.evaluate("LC_API.get_visitor_id()") == "b7eff798"
    older.say(chat="state", status="browsing")
    assert called(older, "on_chat_ended") == []
    assert not page.evaluate("LC_API.chat_running()")


@pytest.mark.night  # by day what most websites call
def test_a_waiting_customer_is_queued(older: Host) -> None:
    older.say(chat="state", status="queued")
    older.page.wait_for_function("LC_API.visitor_queued()")


@pytest.mark.night  # by day what most websites call
def test_agents_come_and_go(older: Host) -> None:
    assert older.page.evaluate("LC_API.agents_are_available()")
    older.say(chat="state", availability="offline")
    assert called(older, "on_chat_state_changed") == [{"state": "offline"}]
    assert not older.page.evaluate("LC_API.agents_are_available()")


TOLD: list[tuple[str, Any, str, Any]] = [
    ("message", {"text": "Hi", "user_type": "agent"}, "on_message", None),
    (
        "form_submitted",
        {"type": "ticket", "ticket_id": "T1", "text": "Help"},
        "on_ticket_created",
        {"ticket_id": "T1", "text": "Help"},
    ),
    (
        "form_submitted",
        {"type": "prechat", "form_data": [{"label": "Name", "value": "Ann"}]},
        "on_prechat_survey_submitted",
        {"form_data": [{"label": "Name", "value": "Ann"}]},
    ),
    (
        "form_submitted",
        {"type": "postchat", "form_data": []},
        "on_postchat_survey_submitted",
        {"form_data": []},
    ),
    ("rating_submitted", "good", "on_rating_submitted", None),
    ("rating_comment_submitted", "Thanks", "on_rating_comment_submitted", None),
]


def test_what_the_panel_tells_is_passed_on(older: Host) -> None:
    for event, data, _callback, _argument in TOLD:
        older.say(chat="event", name=event, data=data)
    for _event, data, callback, argument in TOLD:
        assert called(older, callback) == [argument or data]


@pytest.mark.night  # by day what most websites call
def test_visits_are_counted_by_livechat(older: Host) -> None:
    older.say(
        chat="state",
        statistics={"visits_count": 6, "page_views_count": 31, "chats_count": 1},
    )
    older.page.wait_for_function("LC_API.get_visits_number() === 6")
    assert older.page.evaluate("LC_API.get_page_views_number()") == 31
    assert older.page.evaluate("LC_API.get_chats_number()") == 1
    assert older.page.evaluate("LC_API.get_last_visit_timestamp()") is None


@pytest.mark.night  # by day what most websites call
def test_the_window_is_embedded(older: Host) -> None:
    assert older.page.evaluate("LC_API.get_window_type()") == "embedded"
