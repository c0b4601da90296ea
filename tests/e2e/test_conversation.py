"""A customer chats in the browser and an agent answers: the whole story."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.rig import Chat, Console, OpenShop, Shop, Site, begin, chat_id
from tests.sandbox_rig import Agent, Sandbox

NewContext = Callable[..., BrowserContext]


class Desk:
    """The sandbox's page on which a person plays the agent."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        page.get_by_role("navigation", name="Chats").get_by_role("link").first.click()
        expect(page.locator("body[data-live=open]")).to_be_attached()
        self.reply = page.get_by_role("textbox", name="Reply")

    def say(self, text: str) -> None:
        self.reply.fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()
        expect(self.page.get_by_role("log")).to_contain_text(text)


def test_the_whole_story(
    shop: Shop, open_shop: OpenShop, agent: Agent, new_context: NewContext, sandbox: Sandbox
) -> None:
    chat = shop.open_chat()
    chat.send("Has my parcel left?")
    expect(chat.messages("customer")).to_have_count(1)
    expect(chat.live).to_be_visible()

    desk = Desk(new_context().new_page(), sandbox.url)
    expect(desk.page.get_by_role("log")).to_contain_text("Has my parcel left?")
    desk.reply.press_sequentially("It le")
    expect(chat.panel.get_by_text("Piotr is typing")).to_be_attached()
    desk.say("It left this morning.")
    expect(chat.messages("agent")).to_contain_text(["It left this morning."])

    shop.page.reload()
    expect(chat.messages("agent")).to_contain_text(["It left this morning."])
    expect(chat.messages("customer")).to_contain_text(["Has my parcel left?"])

    second = open_shop(shop.page.context.new_page())
    there = second.chat if second.iframe.is_visible() else second.open_chat()
    expect(there.messages("agent")).to_contain_text(["It left this morning."])
    there.send("Thank you!")
    expect(chat.messages("customer")).to_have_count(2)
    desk.say("You are welcome.")
    for tab in (chat, there):
        expect(tab.messages("agent")).to_have_count(2)

    chat.end()
    for tab in (chat, there):
        expect(tab.panel.get_by_text("This chat has ended", exact=True)).to_be_visible()

    chat.send("One more thing")
    for tab in (chat, there):
        expect(tab.messages("customer")).to_have_count(3)
        expect(tab.panel.get_by_role("button", name="End chat")).to_be_visible()
    assert len(agent.chats()) == 1


def test_without_javascript_one_can_still_chat(
    new_context: NewContext, site: Site, agent: Agent
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.chat_url}/w/demo/")
    page.wait_for_url("**/plain/?lang=en")
    page.get_by_role("textbox", name="Message").fill("No scripts here")
    page.get_by_role("button", name="Send").click()
    log = page.frame_locator("iframe[name=log]").get_by_role("log")
    expect(log).to_contain_text("No scripts here")
    agent.send(chat_id(agent), "Welcome all the same")
    expect(log).to_contain_text("Welcome all the same")


def test_enter_sends_and_shift_enter_breaks_the_line(chat: Chat) -> None:
    chat.composer.press_sequentially("one")
    chat.composer.press("Shift+Enter")
    chat.composer.press_sequentially("two")
    chat.composer.press("Enter")
    expect(chat.messages("customer").locator(".bubble")).to_have_text("one\ntwo")
    expect(chat.composer).to_have_value("")


def test_an_empty_message_is_not_sent(chat: Chat, agent: Agent) -> None:
    chat.composer.press("Enter")
    chat.composer.fill("   ")
    chat.composer.press("Enter")
    expect(chat.composer).to_be_focused()
    expect(chat.panel.locator("#pending > *")).to_have_count(0)
    assert agent.chats() == []


def test_messages_written_fast_keep_their_order(chat: Chat) -> None:
    texts = [f"message {number}" for number in range(6)]
    for text in texts:
        chat.composer.fill(text)
        chat.composer.press("Enter")
    expect(chat.messages("customer").locator(".bubble")).to_have_text(texts)
    expect(chat.panel.locator("#pending > *")).to_have_count(0)


def test_html_and_other_directions_are_shown_as_text(chat: Chat, agent: Agent) -> None:
    chat.send("<b>bold</b><script>alert(1)</script>")
    bubbles = chat.messages("customer").locator(".bubble")
    expect(bubbles).to_have_text(["<b>bold</b><script>alert(1)</script>"])
    agent.send(chat_id(agent), "مرحبا بالعالم")
    arabic = chat.messages("agent").locator(".bubble")
    expect(arabic).to_have_text("مرحبا بالعالم")
    assert arabic.evaluate("element => element.matches(':dir(rtl)')")


def test_a_message_that_failed_can_be_sent_again(
    chat: Chat, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.fault("error", transport="web", method="start_chat", type="service_unavailable")
    chat.send("Is anybody there?")
    retry = chat.panel.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    expect(chat.panel.locator("#pending")).to_contain_text("Is anybody there?")
    sandbox.clear_faults()
    retry.click()
    expect(chat.messages("customer")).to_contain_text(["Is anybody there?"])
    expect(chat.panel.locator("#pending > *")).to_have_count(0)


def test_a_draft_survives_a_reload(shop: Shop) -> None:
    chat = shop.open_chat()
    chat.composer.fill("half a tho")
    shop.page.reload()
    expect(chat.composer).to_have_value("half a tho")


@pytest.mark.night  # by day the whole story has it
def test_somebody_typing_is_seen(chat: Chat, agent: Agent) -> None:
    begin(chat)
    agent.type(chat_id(agent))
    expect(chat.panel.get_by_text("Piotr is typing")).to_be_attached()
    agent.send(chat_id(agent), "Here I am")
    expect(chat.panel.get_by_text("Piotr is typing")).not_to_be_attached()


def test_the_customer_sees_that_the_agent_has_read(chat: Chat, agent: Agent) -> None:
    begin(chat)
    agent.see(chat_id(agent), agent.chat(chat_id(agent))["thread"]["events"][-1]["created_at"])
    expect(chat.messages("customer").get_by_text("Seen")).to_be_visible()


def test_the_agent_s_name_and_face_are_in_the_header(chat: Chat) -> None:
    chat.send("Hello")
    expect(chat.panel.get_by_role("heading", name="Piotr")).to_be_visible()
    expect(chat.panel.locator("header img")).to_be_visible()


# By day test_network.py has a proxy between them, and tests/chaos servers that die.
@pytest.mark.night
def test_a_lost_connection_is_said_and_found_again(
    chat: Chat, agent: Agent, console: Console, site: Site
) -> None:
    console.expect("WebSocket connection")
    console.expect("Failed to load resource")
    console.expect("htmx:ws:error")
    begin(chat)
    site.stop()
    try:
        expect(chat.panel.get_by_text("Connection lost")).to_be_visible()
    finally:
        site.start()
    agent.send(chat_id(agent), "While you were away")
    expect(chat.messages("agent")).to_contain_text(["While you were away"], timeout=45_000)
    expect(chat.panel.get_by_text("Connection lost")).to_be_hidden()


@pytest.mark.night  # by day test_loader.py
@pytest.mark.parametrize("key", ["Escape"])
def test_the_keyboard_closes_the_panel(shop: Shop, key: str) -> None:
    chat = shop.open_chat()
    chat.composer.press(key)
    expect(shop.iframe).to_be_hidden()


def test_who_was_sent_away_for_their_silence_comes_back_by_writing(
    chat: Chat, sandbox: Sandbox
) -> None:
    begin(chat)
    sandbox.fault("disconnect", reason="inactivity_timeout", when="now")
    expect(chat.panel.locator("#connection-state [data-refused]")).to_be_attached()
    chat.send("Back again")
    expect(chat.messages("customer")).to_contain_text(["Hello", "Back again"])
    expect(chat.panel.locator("#connection-state [data-refused]")).not_to_be_attached()
