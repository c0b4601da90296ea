"""Somebody signed in to the website chats on two devices, and logs out."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.hosts import Host
from tests.e2e.rig import Chat, Console, Site, Websites, wait_for
from tests.sandbox_rig import Agent, Sandbox

SECRET = "the secret of this widget, known to its website"
NewContext = Callable[..., BrowserContext]


def signed(subject: str) -> str:
    return jwt.encode({"sub": subject, "exp": int(time.time()) + 300}, SECRET, algorithm="HS256")


@pytest.fixture
def open_on_device(
    new_context: NewContext, site: Site, websites: Websites, sandbox: Sandbox
) -> Callable[[str], Host]:
    """`open_on_device("ada")` is another browser, with Ada signed in to the website."""

    def visit(subject: str) -> Host:
        host = Host(new_context().new_page(), site, websites)
        host.visit(attributes=f'data-identity="{signed(subject)}"')
        return host

    return visit


SET_SECRET = """
from widget.models import Widget
Widget.objects.filter(key="demo").update(identity_secret=given)
"""
COUNT_TOKENS = """
from chatproxy.models import BearerToken
answer = BearerToken.objects.filter(customer__subject=given).count()
"""


@pytest.fixture(autouse=True)
def _secret(site: Site) -> Iterator[None]:
    """The widget has one, as long as a test of these lasts."""
    site.run(SET_SECRET, SECRET)
    yield
    site.run(SET_SECRET, "")


def chat_of(host: Host) -> Chat:
    host.open()
    return Chat(host.page, host.page.frame_locator("iframe#chat-widget"))


def call(host: Host, method: str, *arguments: Any) -> None:
    host.page.evaluate("call => LiveChatWidget.call(...call)", [method, *arguments])


def test_a_signed_in_person_goes_on_on_another_device(
    open_on_device: Callable[[str], Host],
) -> None:
    phone = chat_of(open_on_device("ada"))
    phone.send("From the phone")
    expect(phone.messages("customer")).to_contain_text(["From the phone"])
    laptop = chat_of(open_on_device("ada"))
    expect(laptop.messages("customer")).to_contain_text(["From the phone"])
    laptop.send("From the laptop")
    expect(phone.messages("customer")).to_contain_text(["From the phone", "From the laptop"])


def test_another_person_on_the_same_page_sees_nothing_of_the_first(
    open_on_device: Callable[[str], Host],
) -> None:
    host = open_on_device("bob")
    chat = chat_of(host)
    chat.send("Bob's own words")
    expect(chat.messages("customer")).to_have_count(1)
    expect(chat.live).to_be_visible()
    before = host.page.evaluate("localStorage['livechat-widget:demo']")
    call(host, "identify", signed("eve"))
    host.page.wait_for_function("old => localStorage['livechat-widget:demo'] !== old", arg=before)
    expect(chat.live).to_be_visible()
    expect(chat.messages("customer")).to_have_count(0)


# The website's page is busy: it hears of the new token later than it says its next word.
HEAR_OF_THE_TOKEN_LATE = """
addEventListener("message", function hold(event) {
  if (event.data?.chat !== "token") return;
  removeEventListener("message", hold);
  event.stopImmediatePropagation();
  LiveChatWidget.call("identify", document.querySelector("[data-identity]").dataset.identity);
  const { data, origin, source } = event;
  setTimeout(() => dispatchEvent(new MessageEvent("message", { data, origin, source })), 300);
});
"""


@pytest.mark.night  # rare
def test_a_page_that_hears_of_the_token_late_gets_no_second_one(
    open_on_device: Callable[[str], Host], site: Site
) -> None:
    host = open_on_device("dan")
    host.page.evaluate(HEAR_OF_THE_TOKEN_LATE)
    chat = chat_of(host)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    host.page.wait_for_function("localStorage['livechat-widget:demo']")
    assert site.run(COUNT_TOKENS, "dan") == 1


def test_a_logout_that_gets_lost_is_tried_again(
    open_on_device: Callable[[str], Host], site: Site, console: Console
) -> None:
    console.expect("Failed to load resource")
    host = open_on_device("fay")
    chat = chat_of(host)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    host.page.wait_for_function("localStorage['livechat-widget:demo']")
    host.page.route("**/logout", lambda route: route.abort(), times=1)
    call(host, "logout")
    wait_for(host.page, lambda: site.run(COUNT_TOKENS, "fay") == 0)


@pytest.mark.night  # by day once, and once in vain
def test_logging_out_twice_is_logging_out(
    open_on_device: Callable[[str], Host], site: Site
) -> None:
    host = open_on_device("gil")
    chat = chat_of(host)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    host.page.wait_for_function("localStorage['livechat-widget:demo']")
    host.page.evaluate("for (const time of [1, 2]) LiveChatWidget.call('logout')")
    wait_for(host.page, lambda: site.run(COUNT_TOKENS, "gil") == 0)


@pytest.mark.night  # rare
def test_what_the_next_person_has_not_read_is_unread(
    open_on_device: Callable[[str], Host], agent: Agent
) -> None:
    """Also what came before the last words that the person before has read."""
    first = open_on_device("hal")
    chat = chat_of(first)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    first.page.close()
    (chat_of_hal,) = agent.chats()
    agent.send(chat_of_hal["id"], "For Hal")
    host = open_on_device("ivy")
    chat = chat_of(host)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    (chat_of_ivy,) = [each for each in agent.chats() if each["id"] != chat_of_hal["id"]]
    agent.send(chat_of_ivy["id"], "For Ivy")
    expect(chat.messages("agent")).to_contain_text(["For Ivy"])
    host.launcher.click()
    call(host, "identify", signed("hal"))
    expect(host.launcher).to_have_accessible_name("Open chat, unread messages: 1")


def test_logging_out_ends_the_token_of_this_device_alone(
    open_on_device: Callable[[str], Host], site: Site
) -> None:
    host = open_on_device("carl")
    chat = chat_of(host)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    host.page.wait_for_function("localStorage['livechat-widget:demo']")  # else nothing to end
    call(host, "logout")
    expect(chat.messages("customer")).to_have_count(0)
    assert host.page.evaluate("localStorage.length") == 0
    expect(chat.composer).to_be_visible()
    wait_for(host.page, lambda: site.run(COUNT_TOKENS, "carl") == 0)
    again = chat_of(open_on_device("carl"))
    expect(again.messages("customer")).to_contain_text(["Hello"])
