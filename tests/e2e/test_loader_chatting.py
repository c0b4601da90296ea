"""Launcher, panel and agent together: what the website keeps, and what it is told."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.hosts import Host
from tests.e2e.rig import Chat, chat_id
from tests.sandbox_rig import Agent

TOKEN = "localStorage['livechat-widget:demo']"
RECORD = """window.heard = [];
for (const name of ["new_event", "customer_status_changed"])
    LiveChatWidget.on(name, (data) => heard.push({ name, ...data }));
LC_API.on_message = (message) => heard.push({ name: "on_message", ...message });
undefined // what evaluate() is given back"""


def panel(host: Host) -> Chat:
    return Chat(host.page, host.page.frame_locator("iframe#chat-widget"))


def say(host: Host, text: str) -> Chat:
    """Open the chat, say something and wait until it is in the log, and the page has the token."""
    host.open()
    chat = panel(host)
    chat.send(text)
    expect(chat.messages("customer")).to_have_count(1)
    expect(chat.live).to_be_visible()
    host.page.wait_for_function(TOKEN)
    return chat


def heard(page: Page, name: str, count: int = 1) -> list[dict[str, Any]]:
    """What the page was told under one name, once there are `count`."""
    found = page.wait_for_function(
        """([name, count]) => {
            const found = heard.filter((one) => one.name === name);
            return found.length >= count && found; }""",
        arg=[name, count],
    )
    told: list[dict[str, Any]] = found.json_value()
    return told


def test_looking_into_the_panel_makes_nobody_a_customer(host: Host, agent: Agent) -> None:
    host.visit()
    host.open()
    expect(panel(host).composer).to_be_visible()
    assert host.page.evaluate("localStorage.length") == 0


def test_the_first_message_leaves_a_token_with_the_website(
    host: Host, agent: Agent, context: BrowserContext
) -> None:
    host.visit()
    say(host, "Hello")
    assert len(host.page.evaluate(TOKEN)) >= 32
    assert context.cookies() == []


def test_the_token_opens_the_same_chat_in_another_tab(host: Host, agent: Agent) -> None:
    host.visit()
    say(host, "Hello")
    other = Host(host.page.context.new_page(), host.site, host.websites)
    other.visit()
    other.open()
    expect(panel(other).messages("customer")).to_contain_text(["Hello"])


def test_a_reply_to_a_closed_chat_is_counted(host: Host, agent: Agent) -> None:
    host.visit()
    say(host, "Hello").composer.press("Escape")  # which the panel is the first to know
    expect(host.iframe).to_be_hidden()
    agent.send(chat_id(agent), "Hi!")
    expect(host.launcher).to_have_accessible_name("Open chat, unread messages: 1")
    expect(host.page).to_have_title("(1) A shop")
    host.open()
    expect(host.page).to_have_title("A shop")


def test_a_reply_is_counted_on_the_next_page_without_opening_anything(
    host: Host, agent: Agent
) -> None:
    host.visit()
    say(host, "Hello")
    host.launcher.click()
    host.page.reload()
    agent.send(chat_id(agent), "Hi!")
    expect(host.launcher).to_have_accessible_name("Open chat, unread messages: 1")


def test_the_page_hears_of_each_new_event_once_and_not_of_history(host: Host, agent: Agent) -> None:
    host.visit()
    host.page.evaluate(RECORD)
    say(host, "Hello")
    agent.send(chat_id(agent), "Hi!")
    told = heard(host.page, "new_event", 2)
    assert [one["author"]["type"] for one in told] == ["customer", "agent"]
    assert heard(host.page, "customer_status_changed")[0]["status"] == "chatting"
    host.page.reload()
    host.page.evaluate(RECORD)
    expect(panel(host).messages("agent")).to_have_count(1)
    agent.send(chat_id(agent), "Still there?")
    assert len(heard(host.page, "new_event")) == 1


def test_the_older_api_hears_what_was_said(host: Host, agent: Agent) -> None:
    host.visit()
    host.page.evaluate(RECORD)
    say(host, "Hello")
    agent.send(chat_id(agent), "Hi!")
    mine, theirs = heard(host.page, "on_message", 2)
    assert (mine["text"], mine["user_type"]) == ("Hello", "visitor")
    assert (theirs["text"], theirs["user_type"]) == ("Hi!", "agent")
    assert theirs["agent_name"]


def test_logging_out_shows_an_empty_chat_to_the_next_person(host: Host, agent: Agent) -> None:
    host.visit()
    say(host, "Hello")
    host.page.evaluate("LiveChatWidget.call('logout')")
    expect(panel(host).composer).to_be_visible()
    expect(panel(host).messages("customer")).to_have_count(0)
    assert host.page.evaluate("localStorage.length") == 0


@pytest.mark.night  # by day test_loader_website.py has a new body
def test_an_open_chat_goes_on_through_a_new_body(host: Host, agent: Agent) -> None:
    host.visit()
    chat = say(host, "Hello")
    host.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    agent.send(chat_id(agent), "Hi!")
    expect(chat.messages("agent")).to_have_count(1)


NOBODY_LOOKS = "document.hasFocus = () => false;"
# Chromium without a screen permits no notification, whatever it is told.
REMEMBER_NOTIFICATIONS = """
window.notified = [];
window.Notification = class extends Notification {
    static permission = "granted";
    static requestPermission = async () => "granted";
    constructor(title, options) {
        super(title, options);
        notified.push([title, options.body]);
    }
};"""


def ask_for_notifications(chat: Chat) -> None:
    chat.panel.get_by_role("button", name="More").click()
    chat.panel.get_by_role("switch", name="Notifications").check()
    chat.panel.get_by_role("button", name="More").press("Escape")


def test_who_asked_for_it_is_notified_by_the_website_when_nobody_looks(
    host: Host, agent: Agent, context: BrowserContext
) -> None:
    context.add_init_script(NOBODY_LOOKS + REMEMBER_NOTIFICATIONS)
    host.visit()
    chat = say(host, "Are you there?")
    ask_for_notifications(chat)
    agent.send(chat_id(agent), "I am.")
    host.page.wait_for_function("() => notified.length")
    assert host.page.evaluate("notified") == [["Piotr", "I am."]]


def test_who_did_not_ask_is_not_notified(host: Host, agent: Agent, context: BrowserContext) -> None:
    context.add_init_script(NOBODY_LOOKS + REMEMBER_NOTIFICATIONS)
    host.visit()
    chat = say(host, "Are you there?")
    agent.send(chat_id(agent), "I am.")
    expect(chat.messages("agent")).to_have_count(1)
    assert host.page.evaluate("notified") == []


@pytest.mark.night  # a detail
def test_where_notifications_are_refused_they_are_not_offered(
    host: Host, agent: Agent, context: BrowserContext
) -> None:
    context.add_init_script(
        "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"
    )
    host.visit()
    chat = say(host, "Hello")
    chat.panel.get_by_role("button", name="More").click()
    expect(chat.panel.get_by_role("switch", name="Sound")).to_be_visible()
    expect(chat.panel.get_by_role("switch", name="Notifications")).to_be_hidden()
