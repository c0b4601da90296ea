"""The methods of `LiveChatWidget`, as websites that come from LiveChat call them."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.host_api import call, connected, get, ready, record, recorded
from tests.e2e.hosts import Host
from tests.e2e.rig import Console, html, wait_for

HEARS_EARLY = """async () => {
    for (let look = 0; look < 20 && !window.firstHello; look++)
        await new Promise((done) => setTimeout(done, 100));
    return Boolean(window.firstHello);
}"""


def test_maximize_minimize_and_hide(host: Host) -> None:
    host.visit()
    ready(host)
    call(host, "maximize")
    expect(host.iframe).to_be_visible()
    assert get(host, "state")["visibility"] == "maximized"
    call(host, "minimize")
    expect(host.iframe).to_be_hidden()
    expect(host.launcher).to_be_visible()
    assert get(host, "state")["visibility"] == "minimized"
    call(host, "hide")
    expect(host.launcher).to_be_hidden()
    assert get(host, "state")["visibility"] == "hidden"
    call(host, "minimize")
    expect(host.launcher).to_be_visible()


def test_a_page_that_opens_the_chat_does_not_take_the_focus(host: Host) -> None:
    host.visit("<input aria-label='Search'>")
    ready(host)
    search = host.page.get_by_role("textbox", name="Search")
    search.focus()
    call(host, "maximize")
    expect(host.iframe).to_be_visible()
    expect(search).to_be_focused()


def test_maximize_brings_a_draft(host: Host) -> None:
    host.visit()
    ready(host)
    call(host, "maximize", {"messageDraft": "Is it in stock?"})
    composer = host.page.frame_locator("iframe").get_by_role("textbox", name="Message")
    expect(composer).to_have_value("Is it in stock?")


def test_a_draft_reaches_a_panel_that_is_already_there(host: Host) -> None:
    connected(host)
    call(host, "maximize", {"messageDraft": "Is it in stock?"})
    host.expect_to_hear("draft", text="Is it in stock?")


def test_a_draft_reaches_a_panel_whose_scripts_are_on_their_way(host: Host) -> None:
    """What the page says first reaches it earlier."""
    held: list[Route] = []
    host.page.route("**/demo/panel.js*", lambda route: held.append(route))

    def hears_early() -> bool:
        """It may have asked before the page listened: then it hears all when its scripts came."""
        held.clear()
        host.visit()
        host.launcher.hover()
        wait_for(host.page, lambda: held)
        return bool(host.panel.evaluate(HEARS_EARLY))

    wait_for(host.page, hears_early)
    call(host, "maximize", {"messageDraft": "Is it in stock?"})
    held[0].continue_()
    composer = host.page.frame_locator("iframe").get_by_role("textbox", name="Message")
    expect(composer).to_have_value("Is it in stock?")


def test_setters_reach_the_panel(host: Host) -> None:
    connected(host)
    call(host, "set_customer_name", "Ann")
    call(host, "set_customer_email", "ann@shop.example")
    call(host, "update_session_variables", {"cart": 2})
    heard = host.expect_to_hear("customer", session={"cart": "2"})
    assert heard["name"] == "Ann"
    assert heard["email"] == "ann@shop.example"


def test_setters_before_the_panel_are_remembered(host: Host) -> None:
    host.listen()
    host.visit()
    ready(host)
    call(host, "set_customer_name", "Ann")
    host.open()
    assert host.expect_to_hear("hello")["customer"]["name"] == "Ann"


def test_a_burst_of_setters_is_one_message_and_equal_values_none(host: Host) -> None:
    connected(host)
    host.page.evaluate(
        """for (let render = 0; render < 5; render++) {
            LiveChatWidget.call("set_customer_name", "Ann");
            LiveChatWidget.call("update_session_variables", { cart: "2" }); }"""
    )
    host.expect_to_hear("customer")
    call(host, "update_session_variables", {"cart": "2"})
    call(host, "set_customer_name", "Ann")
    call(host, "set_customer_name", "Bea")
    host.expect_to_hear("customer", name="Bea")
    assert len(host.heard("customer")) == 2


def test_session_variables_are_merged_or_replaced(host: Host) -> None:
    host.visit()
    ready(host)
    call(host, "update_session_variables", {"a": "1"})
    call(host, "update_session_variables", {"b": "2"})
    assert get(host, "customer_data")["sessionVariables"] == {"a": "1", "b": "2"}
    call(host, "set_session_variables", {"c": "3"})
    assert get(host, "customer_data")["sessionVariables"] == {"c": "3"}


def test_what_only_the_panel_can_do_is_passed_on(host: Host) -> None:
    connected(host)
    for method in ("hide_greeting", "close_chat", "disable_sounds", "check_goals"):
        call(host, method)
        host.expect_to_hear(method)


@pytest.mark.parametrize(
    ("method", "sale"),
    [
        ("trigger_sales_tracker", {"trackerId": "t1", "orderPrice": "10", "orderId": "7"}),
        ("track_sales_event", {"name": "store_order_was_created", "data": {}}),
    ],
)
def test_sales_are_told_to_the_page(host: Host, method: str, sale: dict[str, Any]) -> None:
    host.visit()
    ready(host)
    record(host, method)
    call(host, method, sale)
    assert recorded(host, 1) == [[method, sale]]


def test_a_sale_reaches_the_customer_and_livechat_s_goals(host: Host) -> None:
    connected(host)
    sale = {"trackerId": "t1", "orderPrice": "10", "orderId": "7"}
    call(host, "trigger_sales_tracker", sale)
    host.expect_to_hear("check_goals")
    host.expect_to_hear("customer", session=sale)


@pytest.mark.parametrize("kind", ["gtm", "gtag"])
def test_a_page_that_asks_for_them_gets_events_for_google_s_tags(host: Host, kind: str) -> None:
    google = "<script>window.calls = []; window.gtag = (...call) => calls.push(call)</script>"
    script = f'<script async src="{host.site.chat_url}/w/demo/embed.js?analytics={kind}"></script>'
    host.page.goto(host.websites.publish(f"/{kind}", html(google + script)))
    ready(host)
    call(host, "maximize")
    host.page.evaluate(
        "dispatchEvent(new CustomEvent('livechat:rating_submitted', { detail: 'good' }))"
    )
    told = {
        "gtm": [
            {"event": "livechat_chat_opened"},
            {"event": "livechat_chat_rated", "rating": "good"},
        ],
        "gtag": [
            ["event", "livechat_chat_opened", {}],
            ["event", "livechat_chat_rated", {"rating": "good"}],
        ],
    }
    assert host.page.evaluate("[window.dataLayer ?? [], calls]") == [
        told["gtm"] if kind == "gtm" else [],
        told["gtag"] if kind == "gtag" else [],
    ]


def test_an_unknown_method_is_named_in_the_console(host: Host, console: Console) -> None:
    console.expect('[LiveChatWidget] There is no "dance".')
    host.visit()
    ready(host)
    call(host, "dance")
    assert console.complaints


def test_a_signed_statement_reaches_the_panel(host: Host) -> None:
    host.listen()
    host.visit(attributes='data-identity="signed.by.shop"')
    host.open()
    host.expect_to_hear("hello", identity="signed.by.shop")
    call(host, "identify", "signed.again")
    host.expect_to_hear("hello", identity="signed.again")


@pytest.mark.parametrize("method", ["logout", "reset"])
def test_logging_out_leaves_nothing_behind(host: Host, method: str) -> None:
    host.listen()
    host.visit(attributes='data-identity="signed.by.shop"')
    host.open()
    call(host, "set_customer_name", "Ann")
    host.say(chat="token", token="who-i-am")
    host.page.wait_for_function("localStorage['livechat-widget:demo']")
    host.panel.evaluate("window.old = true")
    call(host, method)
    hello = host.expect_to_hear("hello", token=None)
    assert "identity" not in hello or not hello["identity"]
    assert hello["customer"]["name"] == ""
    assert not host.panel.evaluate("window.old")
    assert host.page.evaluate("localStorage.length") == 0


def test_logging_out_of_a_closed_chat_fetches_nothing(host: Host) -> None:
    connected(host)
    call(host, "logout")
    expect(host.iframe).to_have_count(0)
    host.open()
    host.expect_to_hear("hello", token=None)


def test_two_logouts_before_the_panel_is_there_are_one(host: Host) -> None:
    held: list[Route] = []
    host.page.route("**/loader_panel.js*", lambda route: held.append(route))
    host.listen()
    host.visit("<script>localStorage['livechat-widget:demo'] = 'who-i-am'</script>")
    wait_for(host.page, lambda: held)
    host.page.evaluate("for (const time of [1, 2]) LiveChatWidget.call('logout')")
    held[0].continue_()
    host.expect_to_hear("logout", token="who-i-am")
    expect(host.launcher.locator("path")).to_have_count(2)  # the chat's, and one panel's arrow
