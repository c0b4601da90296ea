"""The launcher: what it says and shows, where it stands, and on which pages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Shop, box_at_rest, html


def test_the_launcher_moves_nothing_on_the_page(host: Host) -> None:
    host.visit("<h1>Shop</h1><p>Plants</p>")
    expect(host.launcher).to_be_visible()
    shifts = host.page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) =>
            resolve(list.getEntries().length)).observe({ type: "layout-shift", buffered: true })
            || setTimeout(resolve, 300, 0))"""
    )
    assert shifts == 0


def test_the_launcher_says_what_it_does(shop: Shop) -> None:
    expect(shop.launcher).to_have_accessible_name("Open chat")
    expect(shop.launcher).to_have_attribute("aria-expanded", "false")
    shop.open_chat()
    expect(shop.launcher).to_have_accessible_name("Close chat")
    expect(shop.launcher).to_have_attribute("aria-expanded", "true")


@pytest.mark.night  # by day it says so: the test above
def test_the_launcher_shows_what_it_does(shop: Shop) -> None:
    """One drawing at a time: the chat's, or an arrow that closes it."""
    chat, arrow = (shop.launcher.locator("path").nth(number) for number in range(2))
    shop.open_chat()
    expect(arrow).to_be_visible()
    expect(chat).to_be_hidden()
    shop.launcher.click()
    expect(chat).to_be_visible()
    expect(arrow).to_be_hidden()


def test_nothing_of_it_is_printed(host: Host) -> None:
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.emulate_media(media="print")
    expect(host.launcher).to_be_hidden()


@pytest.mark.parametrize(
    ("direction", "attributes", "x"),
    [
        ("ltr", "", 1200),
        pytest.param("ltr", 'data-position="left"', 20, marks=pytest.mark.night),
        ("rtl", "", 20),
        pytest.param("rtl", 'data-position="left"', 1200, marks=pytest.mark.night),
    ],
)
def test_the_launcher_is_where_reading_ends(
    host: Host, direction: str, attributes: str, x: int
) -> None:
    host.visit(f"<script>document.body.dir = '{direction}'</script>", attributes)
    expect(host.launcher).to_be_visible()
    box = box_at_rest(host.launcher)
    assert box["x"] == x


def test_the_launcher_is_shown_on_its_owners_pages_only(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("some-pages", hidden_pages=["/checkout/*"])
    page = html(tag(host.site, key="some-pages"))
    host.page.goto(host.websites.publish("/checkout/pay", page))
    host.page.wait_for_function("() => Boolean(window.LiveChatWidget?._h)")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("history.pushState(null, '', '/thanks')")
    expect(host.launcher).to_be_visible()
    host.page.evaluate("history.pushState(null, '', '/checkout/again')")
    expect(host.launcher).to_have_count(0)


def test_a_page_that_calls_the_chat_gets_it_wherever_it_is(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("called", hidden_pages=["/checkout/*"])
    page = html('<a href="#chat">Ask us</a>' + tag(host.site, key="called"))
    host.page.goto(host.websites.publish("/checkout/pay", page))
    host.page.get_by_role("link").click()
    expect(host.iframe).to_be_visible()


def test_the_launcher_has_the_shape_and_the_icon_its_owner_chose(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("square", launcher_shape="square", launcher_icon="heart")
    page = html(tag(host.site, key="square"))
    host.page.goto(host.websites.publish("/page", page))
    expect(host.launcher).to_have_css("border-radius", "0px")
    expect(host.launcher.locator("path").first).to_have_attribute("d", re.compile("^M12 20"))


def test_where_the_launcher_goes_the_page_may_still_call_the_chat(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("goes", hidden_pages=["/checkout/*"])
    host.listen()
    host.page.goto(host.websites.publish("/shop", html(tag(host.site, key="goes"))))
    host.meet()
    host.page.evaluate("history.pushState(null, '', '/checkout/pay')")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("""() => {
        LiveChatWidget.call("identify", "signed.by.shop");
        LiveChatWidget.call("maximize", { messageDraft: "Is it in stock?" }) }""")
    expect(host.iframe).to_be_visible()
    assert host.expect_to_hear("hello", draft="Is it in stock?")["identity"] == "signed.by.shop"


@pytest.mark.night  # rare
def test_who_comes_back_to_a_page_without_launcher_finds_their_chat_on_the_next(
    host: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("comes", hidden_pages=["/checkout/*"])
    host.listen()
    remember = "<script>localStorage['livechat-widget:comes'] = 'who-i-am'</script>"
    page = html(remember + tag(host.site, key="comes"))
    with host.page.expect_response("**/loader_panel.js*"):
        host.page.goto(host.websites.publish("/checkout/pay", page))
    host.page.evaluate("history.pushState(null, '', '/thanks')")
    host.expect_to_hear("hello", token="who-i-am")
    host.open()
    host.expect_to_hear("visible", visible=True)
