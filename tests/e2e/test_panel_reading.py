"""What is read, what is new, and who learns of it."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, OpenShop, Shop, chat_id, wait_for
from tests.sandbox_rig import Agent


@pytest.mark.night  # by day test_panel_history.py reads back to the first event
def test_earlier_chats_load_when_one_scrolls_up(talking: Chat, agent: Agent) -> None:
    for number in range(40):
        agent.send(chat_id(agent), f"Message {number}\n" * 3)
    expect(talking.messages("agent")).to_have_count(40)
    talking.end()
    expect(talking.page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    talking.send("Again")
    expect(talking.messages("customer")).to_have_count(2)
    for number in range(30):
        agent.send(chat_id(agent), f"Newer {number}\n" * 3)
    expect(talking.messages("agent")).to_have_count(70)
    talking.page.reload()
    expect(talking.log).to_contain_text("Newer 29")
    talking.read_back_to(talking.messages("agent").filter(has_text="Message 0"))
    expect(talking.messages("agent")).to_have_count(70)
    expect(talking.log.locator(".thread").first).to_contain_text("Message 0")


def test_what_one_sends_is_in_view_though_one_had_scrolled_up(talking: Chat, agent: Agent) -> None:
    agent.send(agent.chats()[0]["id"], "Another line.\n" * 20)
    expect(talking.messages("agent").last).to_contain_text("Another line.")
    talking.panel.locator("#scroll").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    to_end = talking.panel.locator("#to-end")
    expect(to_end).to_be_visible()
    talking.send("I see")
    expect(talking.panel.get_by_text("I see")).to_be_in_viewport()
    expect(to_end).to_be_hidden()


@pytest.mark.night  # by day test_loader_chatting.py
def test_unread_messages_are_counted_on_the_launcher(shop: Shop, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    expect(shop.iframe).to_be_hidden()
    agent.send(chat_id(agent), "Are you still there?")
    expect(shop.page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    shop.page.get_by_role("button", name="Open chat").click()
    expect(shop.page.get_by_role("button", name="unread")).to_have_count(0)


def test_new_messages_are_set_apart_in_words(shop: Shop, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    agent.send(chat_id(agent), "Are you still there?")
    expect(shop.page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    shop.page.get_by_role("button", name="Open chat").click()
    words = chat.messages("agent").last.evaluate("e => getComputedStyle(e, '::before').content")
    assert words == '"New messages"'


# The website's page is busy when the panel wants to be closed.
CLOSE_LATE = """
addEventListener("message", function hold(event) {
  if (event.data?.chat !== "close") return;
  removeEventListener("message", hold, true);
  event.stopImmediatePropagation();
  const { data, origin, source } = event;
  window.closeNow = () => dispatchEvent(new MessageEvent("message", { data, origin, source }));
}, true);
"""


@pytest.mark.night  # rare
def test_what_comes_while_the_page_is_slow_to_close_the_chat_is_unread(
    page: Page, open_shop: OpenShop, agent: Agent
) -> None:
    page.add_init_script(CLOSE_LATE)  # before the loader listens
    shop = open_shop(page)
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    agent.send(chat_id(agent), "Unseen")
    expect(chat.messages("agent")).to_have_count(1)
    wait_for(page, lambda: page.evaluate("'closeNow' in window"))
    page.evaluate("closeNow()")
    expect(page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    assert seen_up_to(agent) < last_event(agent)


def test_the_agent_learns_what_is_read_only_once_it_is_on_screen(shop: Shop, agent: Agent) -> None:
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat.composer.press("Escape")
    agent.send(chat_id(agent), "Unseen")
    expect(shop.page.get_by_role("button", name="unread messages: 1")).to_be_visible()
    assert seen_up_to(agent) < last_event(agent)
    shop.page.get_by_role("button", name="Open chat").click()
    expect(shop.page.get_by_role("button", name="unread")).to_have_count(0)
    wait_for(shop.page, lambda: seen_up_to(agent) == last_event(agent))


def seen_up_to(agent: Agent) -> str:
    """How far the customer has read, as LiveChat tells the agent."""
    users = agent.chat(chat_id(agent))["users"]
    seen: str = next(u["events_seen_up_to"] for u in users if u["type"] == "customer")
    return seen


def last_event(agent: Agent) -> str:
    created_at: str = agent.chat(chat_id(agent))["thread"]["events"][-1]["created_at"]
    return created_at
