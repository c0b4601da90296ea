"""Unread messages beside the launcher as words, and the sound that comes with them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, ViewportSize, expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Console, Shop, Site, box_at_rest, cards, html, never_after, wait_for
from tests.e2e.test_invitations import faults_beside, walk_over
from tests.sandbox_rig import Agent

COUNT_TONES = """
    window.tones = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...when) {
        window.tones++;
        start.apply(this, when);
    };
    Object.defineProperty(AudioContext.prototype, "state", { get: () => "running" });
"""
ONE_SOUND = 1500  # ms in which the other tabs are silent
MARKDOWN = {"chats": {"formatting": "commonmark"}}
LINK = {"type": "url", "value": "https://shop.example/"}
SAID = [
    {"id": "event-T_1", "name": "Piotr", "text": "Good morning"},
    {"id": "event-T_2", "name": "Piotr", "text": "Are you still there?"},
]


def unread(messages: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "chat": "unread",
        "count": len(messages),
        "messages": messages,
        "dismiss": "Dismiss",
    }


def test_a_click_opens_the_chat_there_and_what_is_dismissed_is_so_in_all_tabs(
    host: Host, context: BrowserContext
) -> None:
    host.listen()
    host.visit("<input aria-label='Search' autofocus>")
    host.meet()
    host.say(**unread(SAID))
    expect(cards(host.page)).to_have_count(2)
    expect(host.page.get_by_label("Search")).to_be_focused()
    expect(host.launcher.first).to_have_accessible_name("Open chat, unread messages: 2")
    cards(host.page).first.get_by_role("button", name="Dismiss, Piotr").click()
    expect(cards(host.page)).to_have_count(1)
    expect(host.launcher.first).to_have_accessible_name("Open chat, unread messages: 2")
    second = Host(context.new_page(), host.site, host.websites)
    second.listen()
    second.visit()
    second.meet()
    second.say(**unread(SAID))
    expect(cards(second.page)).to_have_count(1)
    cards(second.page).get_by_role("button", name="Dismiss").click()
    expect(cards(host.page)).to_have_count(0)
    host.say(**unread([*SAID, {"id": "event-T_3", "name": "Piotr", "text": "Hello?"}]))
    host.page.get_by_role("button", name="Hello?").click()
    host.expect_to_hear("reveal", event="event-T_3")
    expect(host.iframe).to_be_visible()
    expect(cards(host.page)).to_be_hidden()
    host.say(**unread([]))
    expect(cards(host.page)).to_have_count(0)
    host.page.wait_for_function("localStorage.length === 0")


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.night), "ar"])
def test_messages_beside_the_launcher_are_within_reach_of_everybody(
    host: Host, console: Console, language: str
) -> None:
    host.page.set_viewport_size(ViewportSize(width=320, height=568))
    host.listen()
    host.visit("<h1>Shop</h1><input aria-label='Search'>", lang=language)
    if language == "ar":
        host.page.evaluate("document.body.dir = 'rtl'")
    host.meet()
    long = "Averylongwordthatnobodybreaks" * 6
    host.say(**unread([*SAID, {"id": "event-T_3", "name": "Piotr", "text": long}]))
    expect(cards(host.page)).to_have_count(3)
    console.expect("The action has been blocked. ()")  # axe's own styles: they come from no file
    assert faults_beside(host.page) == []
    boxes = [box_at_rest(each) for each in cards(host.page).all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes)
    assert host.page.evaluate("document.documentElement.scrollWidth") <= 320
    host.launcher.first.focus()
    for each in cards(host.page).all():
        walk_over(each)
    host.page.keyboard.press("Enter")  # the last one closes the last message
    expect(cards(host.page)).to_have_count(2)
    expect(host.launcher.first).to_be_focused()
    host.page.keyboard.press("Escape")
    expect(cards(host.page)).to_have_count(0)


@pytest.mark.night  # a detail
def test_a_face_covers_the_initial_that_stands_for_it(host: Host) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    face = host.websites.publish("/face.svg", svg, {"Content-Type": "image/svg+xml"})
    host.listen()
    host.visit()
    host.meet()
    host.say(**unread([SAID[0] | {"face": face}]))
    picture = cards(host.page).locator("img")
    assert box_at_rest(picture) == box_at_rest(cards(host.page).locator("i"))


def panel(page: Page) -> Frame:
    frame = page.locator("iframe#chat-widget").element_handle().content_frame()
    assert frame
    return frame


def test_what_an_agent_writes_stands_there_and_rings_once_for_all_tabs(
    host: Host,
    add_widget: Callable[..., None],
    new_context: Callable[..., BrowserContext],
    agent: Agent,
) -> None:
    add_widget("rings", sound_on=True)
    text = html("<h1>Shop</h1>" + tag(host.site, key="rings"))
    url = host.websites.publish("/rings", text)
    context = new_context()
    context.add_init_script(COUNT_TONES + never_after(ONE_SOUND))
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.goto(url)
    shops = [Shop(page) for page in pages]
    chats = [shop.open_chat() for shop in shops]
    chats[0].send("Hello")
    for chat in chats:
        expect(chat.messages("customer")).to_contain_text("Hello")
    for shop in shops:
        minimize(shop)
    agent.send(agent.chats()[0]["id"], "Which plant is it?")
    card = cards(pages[1])
    expect(card).to_contain_text("Which plant is it?")
    expect(card.locator("strong")).to_have_text(agent.name)
    expect(cards(pages[0])).to_be_visible()

    def tones() -> Any:
        return sum(panel(page).evaluate("window.tones") for page in pages)

    wait_for(pages[1], tones)
    pages[1].wait_for_timeout(600)  # the other tab would have rung by now
    assert tones() == 2  # one sound has two
    card.get_by_role("button", name="Which plant is it?").click()
    expect(chats[1].messages("agent")).to_be_in_viewport()
    expect(cards(pages[0])).to_have_count(0)
    chats[1].panel.get_by_role("button", name="Mute").click()
    expect(chats[1].panel.locator("#mute")).to_be_hidden()
    expect(chats[0].panel.locator("#mute")).to_be_hidden()


def test_cards_pictures_and_code_stand_there_in_words(shop: Shop, site: Site, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    minimize(shop)
    buttons = [{"text": "Yes", "postback_id": "y"}, {"text": "Shop", "postback_id": "s", **LINK}]
    card = {"title": "Did that help?", "subtitle": "Tell us", "buttons": buttons}
    picture = {"url": f"{site.chat_url}/static/demo/aloe.svg", "alternative_text": "An aloe"}
    rich = {"type": "rich_message", "template_id": "cards"}
    chat_id = agent.chats()[0]["id"]
    agent.send_event(chat_id, rich | {"elements": [card]})
    agent.send_event(chat_id, rich | {"elements": [{"image": picture}]})
    agent.send(chat_id, "Run it:\n\n```\npip install it\n```", properties=MARKDOWN)
    words = cards(shop.page).locator("div > button")
    expect(words).to_have_text(
        ["Did that help? Tell us", "An aloe", re.compile(r"^Run it:\s+pip install it$")]
    )


def minimize(shop: Shop) -> None:
    shop.chat.panel.get_by_role("button", name="Minimize window").click()
    expect(shop.iframe).to_be_hidden()
