"""A bot's answer can be stopped, and a customer can ask for a person instead."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, Site
from tests.e2e.test_panel_accessibility import violations
from tests.sandbox_rig import Sandbox


@pytest.fixture
def bot(sandbox: Sandbox) -> Iterator[None]:
    sandbox.control("bot", {"on": True})
    yield
    sandbox.control("bot", {"on": False})


def test_an_answer_can_be_stopped_and_a_person_asked_for(
    page: Page, site: Site, demo_fields: dict[str, Any], bot: None
) -> None:
    options = {"name": "Bots", "talk_to_person": True, "stop_answers": True}
    site.add_widget("bots", **demo_fields | options)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{site.chat_url}/w/bots/")
    chat = Chat(page, page)
    stop = page.get_by_role("button", name="Stop this answer")
    expect(stop).to_be_hidden()
    chat.send("A long answer, please" + " !" * 50)  # the bot repeats it, three words at a time
    stop.click()
    expect(chat.messages("agent").first).to_contain_text("…")
    expect(chat.messages("agent").first).not_to_contain_text("take it from here")
    expect(stop).to_be_hidden()
    expect(chat.composer).to_be_focused()
    assert violations(page) == []

    person = page.get_by_role("button", name="Talk to a person")
    person.focus()
    page.keyboard.press("Enter")
    expect(chat.messages("customer").last).to_contain_text("I would like to talk to a person.")
    expect(person).to_have_count(0)
    expect(chat.composer).to_be_focused()
    expect(page.locator("#person .status")).not_to_contain_text("Virtual assistant")
