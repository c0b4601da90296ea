"""A customer records their voice. Chromium plays a tone in place of a microphone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.e2e.rig import BROWSER_ARGUMENTS, Chat, Site, Websites, chromium, html
from tests.e2e.test_panel_accessibility import violations
from tests.sandbox_rig import Agent

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
STROKES = """(canvas) => canvas.getContext("2d")
  .getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"""


@pytest.fixture(scope="module")
def hearing(browser_type: BrowserType) -> Iterator[Browser]:
    arguments = [*BROWSER_ARGUMENTS, *MICROPHONE]
    browser = browser_type.launch(executable_path=chromium(), args=arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def voice_site(site: Site, demo_fields: dict[str, Any]) -> Site:
    site.add_widget("voice", **demo_fields | {"name": "Voice", "voice_messages": True})
    return site


def open_recorder(page: Page, panel: Any) -> None:
    button = panel.get_by_role("button", name="Record a voice message")
    expect(button).to_be_visible()
    button.press("Enter")


def test_a_voice_message_is_recorded_cancelled_and_sent_by_keyboard(
    hearing: Browser, voice_site: Site, websites: Websites, agent: Agent
) -> None:
    """In a frame of another site, which passes the microphone on."""
    snippet = f'<script async src="{voice_site.chat_url}/w/voice/embed.js"></script>'
    page = hearing.new_page()
    page.goto(websites.publish("/voice", html(snippet)))
    page.get_by_role("button", name="Open chat").click()
    panel = page.frame_locator("iframe")
    dialog = panel.get_by_role("dialog", name="Voice message")
    open_recorder(page, panel)
    expect(dialog.get_by_text("Recording…")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(panel.get_by_role("textbox", name="Message")).to_be_focused()

    open_recorder(page, panel)
    expect(dialog.locator("output")).to_have_text(re.compile(r"^(?!0:00)\d+:\d\d$"))
    assert dialog.locator("canvas").evaluate(STROKES)
    expect(dialog.get_by_role("button", name="Send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.locator("#threads audio")).to_have_count(1)
    expect(panel.locator("#pending > *")).to_have_count(0)
    chat = agent.chat(agent.chats()[0]["id"])
    [sent] = [event for event in chat["thread"]["events"] if event["type"] == "file"]
    assert sent["name"] == "Voice message.weba"
    assert sent["content_type"].startswith("audio/webm")
    page.close()


def test_a_microphone_that_is_refused_is_said_plainly(page: Page, voice_site: Site) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{voice_site.chat_url}/w/voice/")
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject() }")
    open_recorder(page, page)
    dialog = page.get_by_role("dialog", name="Voice message")
    expect(dialog.get_by_role("status")).to_contain_text("The microphone may not be used here.")
    assert violations(page) == []
    dialog.get_by_role("button", name="Cancel").press("Enter")
    expect(Chat(page, page).composer).to_be_focused()


def test_a_widget_without_it_asks_for_no_microphone(site: Site) -> None:
    assert "microphone=()" in site.get("/w/demo/").headers["Permissions-Policy"]
    assert b"Record a voice message" not in site.get("/w/demo/").body
