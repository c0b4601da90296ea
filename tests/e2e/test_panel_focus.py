"""The focus is never lost: where it was goes, it passes to where a person would look."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, Site, chat_id
from tests.sandbox_rig import Agent, Sandbox


def test_ending_asks_first_and_escape_goes_on(talking: Chat, agent: Agent) -> None:
    end = talking.page.get_by_role("button", name="End chat")
    end.click()
    dialog = talking.page.get_by_role("dialog", name="End this chat?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep chatting")).to_be_focused()
    talking.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(end).to_be_focused()
    assert agent.chat(chat_id(agent))["thread"]["active"]


def test_after_the_end_the_composer_has_the_focus(talking: Chat, agent: Agent) -> None:
    talking.end()
    expect(talking.page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    expect(talking.composer).to_be_focused()


def test_nothing_can_be_ended_before_there_is_a_chat(
    page: Page, site: Site, sandbox: Sandbox
) -> None:
    page.goto(f"{site.chat_url}/w/demo/")
    expect(page.get_by_text("We are here for you")).to_be_visible()
    expect(page.get_by_role("button", name="End chat")).to_have_count(0)


def test_in_the_queue_one_leaves_the_queue(
    page: Page, site: Site, sandbox: Sandbox, agent: Agent
) -> None:
    sandbox.settings(max_chats={agent.id: 0})
    page.goto(f"{site.chat_url}/w/demo/")
    chat = Chat(page, page)
    chat.send("Hello")
    page.get_by_role("button", name="Leave the queue").click()
    dialog = page.get_by_role("dialog", name="Leave the queue?")
    dialog.get_by_role("button", name="Leave the queue").click()
    expect(page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    expect(page.get_by_text("How was this chat?")).to_be_hidden()


@pytest.mark.night  # by day at the beginning and the end of a chat, and in a menu
def test_after_a_quick_reply_the_composer_has_the_focus(talking: Chat, agent: Agent) -> None:
    button = {"text": "Yes", "type": "message", "value": "y", "postback_id": "y", "user_ids": []}
    element = {"title": "Did that help?", "buttons": [button]}
    agent.send_event(
        chat_id(agent),
        {"type": "rich_message", "template_id": "quick_replies", "elements": [element]},
    )
    talking.log.get_by_role("button", name="Yes").press("Enter")
    expect(talking.messages("customer")).to_have_count(2)
    expect(talking.composer).to_be_focused()


@pytest.mark.night  # by day at the beginning and the end of a chat, and in a menu
def test_after_rating_the_thumb_keeps_the_focus(talking: Chat) -> None:
    talking.end()
    good = talking.page.get_by_role("button", name="Good", exact=True)
    good.press("Enter")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(good).to_be_focused()


@pytest.mark.night  # by day at the beginning and the end of a chat, and in a menu
def test_after_a_second_try_the_composer_has_the_focus(
    talking: Chat, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.fault("error", method="send_event", type="service_unavailable")
    talking.send("Once more")
    retry = talking.page.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    sandbox.clear_faults()
    retry.press("Enter")
    expect(talking.messages("customer")).to_have_count(2)
    expect(talking.composer).to_be_focused()


@pytest.mark.night  # by day at the beginning and the end of a chat, and in a menu
def test_after_a_form_the_composer_has_the_focus(talking: Chat, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"postchat": True})
    talking.end()
    talking.page.get_by_label("Anything else?").fill("All good")
    talking.page.get_by_role("button", name="Submit answers").press("Enter")
    expect(talking.page.get_by_text("Thank you for your answers.")).to_be_visible()
    expect(talking.composer).to_be_focused()


def test_a_form_before_the_chat_has_the_focus_and_what_is_wrong_in_it_gets_it(
    page: Page, site: Site, sandbox: Sandbox, add_widget: Callable[..., None]
) -> None:
    sandbox.settings(forms={"prechat": True})
    add_widget("formal")
    page.set_viewport_size({"width": 390, "height": 300})
    page.goto(f"{site.chat_url}/w/formal/")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.get_by_role("button", name="Start the chat").click()
    wrong = page.get_by_label("Your e-mail")
    expect(wrong).to_be_focused()
    expect(page.get_by_text("This field is required.")).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Your e-mail")).to_be_in_viewport(ratio=1)
    wrong.fill("nora@example.com")
    page.get_by_role("button", name="Start the chat").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


def test_a_closed_menu_gives_the_focus_back(talking: Chat) -> None:
    more = talking.page.get_by_role("button", name="More")
    more.press("Enter")
    talking.page.keyboard.press("Tab")
    talking.page.keyboard.press("Escape")
    expect(more).to_be_focused()


@pytest.mark.night  # by day at the beginning and the end of a chat, and in a menu
def test_a_link_in_a_message_that_is_deleted_leaves_the_focus_in_the_log(
    talking: Chat, agent: Agent
) -> None:
    event_id = agent.send(chat_id(agent), "See https://shop.example/")
    talking.log.get_by_role("link", name="https://shop.example/").focus()
    thread_id = event_id.rpartition("_")[0]
    agent.call("delete_event", chat_id=chat_id(agent), thread_id=thread_id, event_id=event_id)
    expect(talking.messages("agent")).to_have_count(0)
    expect(talking.page.locator("#scroll")).to_be_focused()
