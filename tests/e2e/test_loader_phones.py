"""On a phone the panel covers the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Site, Websites, box_at_rest, html


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], site: Site, websites: Websites) -> Host:
    """The same website on a phone."""
    context = new_context(viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    return Host(context.new_page(), site, websites)


def test_on_a_phone_the_panel_covers_the_page_which_does_not_scroll(phone: Host) -> None:
    phone.visit("<p style='height: 3000px'>Long</p>")
    phone.open()
    expect(phone.launcher).to_be_hidden()
    whole = {"x": 0, "y": 0, "width": 390, "height": 700}
    assert box_at_rest(phone.iframe) == whole
    assert phone.page.evaluate("document.documentElement.style.overflow") == "hidden"
    phone.page.frame_locator("iframe").get_by_role("button", name="Minimize window").click()
    expect(phone.launcher).to_be_visible()
    assert phone.page.evaluate("document.documentElement.style.overflow") == ""


def test_on_a_phone_nothing_covers_the_page_before_the_panel_is_there(phone: Host) -> None:
    phone.page.route("**/w/*/?lang=*", lambda _: None)
    phone.visit()
    phone.launcher.click()
    expect(phone.launcher).to_be_visible()
    phone.launcher.click()
    expect(phone.page.locator("chat-widget section")).to_be_hidden()


def test_on_a_phone_the_next_page_is_not_covered_again(phone: Host) -> None:
    phone.visit()
    phone.open()
    phone.page.reload()
    expect(phone.launcher).to_have_accessible_name("Open chat")


def test_the_owner_may_hide_the_launcher_on_phones(
    phone: Host, add_widget: Callable[..., None]
) -> None:
    add_widget("no-phones", hide_on_mobile=True)
    page = html('<a href="#chat">Ask us</a>' + tag(phone.site, key="no-phones"))
    phone.page.goto(phone.websites.publish("/page", page))
    expect(phone.launcher).to_be_attached()
    expect(phone.launcher).to_be_hidden()
    phone.page.get_by_role("link").click()
    expect(phone.iframe).to_be_visible()
