"""What a website knows of who is there, and what stands in the launcher's place if nobody is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Site, html
from tests.waiting import wait_until


@pytest.fixture
def nobody_there(everybody_leaves: Callable[[], None]) -> None:
    everybody_leaves()


def known(site: Site, key: str) -> str:
    """The loader, once the server knows who is there."""
    wait_until(lambda: '"online":' in loader_of(site, key))
    return loader_of(site, key)


def loader_of(site: Site, key: str) -> str:
    return site.get(f"/w/{key}/embed.js").body.decode()


def visit(host: Host, key: str) -> None:
    known(host.site, key)
    page = html("<h1>Shop</h1>" + tag(host.site, key=key))
    host.page.goto(host.websites.publish(f"/{key}", page))


def test_the_page_knows_at_once_that_nobody_is_there_for_its_group(
    host: Host, add_widget: Callable[..., None], nobody_there: None
) -> None:
    add_widget("known")
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    visit(host, "known")
    expect(host.launcher).to_be_visible()
    assert host.page.evaluate("LiveChatWidget.get('state').availability") == "offline"
    assert len([url for url in asked if "/w/" in url]) == 1


def test_a_link_stands_in_the_launchers_place_and_the_chat_stays_for_who_has_one(
    host: Host, add_widget: Callable[..., None], nobody_there: None
) -> None:
    add_widget("linked", when_away="link", away_link=f"{host.websites.origins[0]}/contact")
    host.websites.publish("/contact", html("<h1>Contact</h1>"))
    visit(host, "linked")
    link = host.page.get_by_role("link", name="Contact us")
    link.click()
    expect(host.page).to_have_url(re.compile("/contact$"))
    host.page.evaluate("localStorage['livechat-widget:linked'] = 'of an earlier visit'")
    host.listen()
    host.page.go_back()
    host.page.reload()
    expect(host.page.get_by_role("button", name="Open chat")).to_be_visible()


def test_nothing_of_the_chat_is_fetched_for_a_link(
    host: Host, add_widget: Callable[..., None], nobody_there: None
) -> None:
    add_widget("linked-only", when_away="link", away_link="https://shop.example/contact")
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    visit(host, "linked-only")
    link = host.page.get_by_role("link", name="Contact us")
    link.hover()
    link.focus()
    host.page.wait_for_load_state("networkidle")
    assert host.iframe.count() == 0  # it stands as soon as something is to be fetched
    assert len([url for url in asked if "/w/" in url]) == 1


def test_a_chat_that_the_page_opened_is_closed_by_its_launcher_and_stays_within_reach(
    host: Host, add_widget: Callable[..., None], nobody_there: None
) -> None:
    add_widget("linked-deep", when_away="link", away_link="https://shop.example/contact")
    host.listen()
    visit(host, "linked-deep")
    host.page.evaluate("location.hash = 'chat'")
    expect(host.iframe).to_be_visible()
    host.launcher.click()  # it says "Close chat"
    expect(host.iframe).to_be_hidden()
    expect(host.page.get_by_role("link", name="Contact us")).to_be_visible()
    host.say(chat="token", token="of a chat that has begun")
    host.catch_up()
    host.launcher.click()
    expect(host.iframe).to_be_visible()


@pytest.mark.night  # by day a link in its place
def test_no_launcher_stands_where_its_owner_wants_none(
    host: Host, add_widget: Callable[..., None], nobody_there: None
) -> None:
    add_widget("gone", when_away="nothing")
    visit(host, "gone")
    host.page.wait_for_load_state("networkidle")
    expect(host.launcher).to_be_hidden()
    state: dict[str, Any] = host.page.evaluate("LiveChatWidget.get('state')")
    assert state == {"availability": "offline", "visibility": "hidden"}
    host.page.evaluate("LiveChatWidget.call('maximize')")
    expect(host.iframe).to_be_visible()
