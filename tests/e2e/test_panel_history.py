"""A long history costs nothing until one reads it."""

import datetime as dt
import time
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, Site
from tests.sandbox_rig import Agent, Sandbox

THREAD = 50  # events

# Scrolls through sixty frames; milliseconds of the middle one, and of the one in twenty.
FRAMES = """async (scroller) => {
  const frames = [];
  for (let last = performance.now(); frames.length < 60; ) {
    scroller.scrollTop += 400;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  frames.sort((a, b) => a - b);
  return [frames[30], frames[57]];
}"""


def write_history(panel: Chat, agent: Agent, chat_id: str, events: int) -> None:
    """So many more events, in threads that have ended, while the customer is away."""
    address = panel.page.url
    panel.page.goto("about:blank")
    for first in range(0, events, THREAD):
        said = [
            {"type": "message", "text": f"Message {number}"}
            for number in range(first, first + THREAD)
        ]
        agent.call("resume_chat", chat={"id": chat_id, "thread": {"events": said}})
        agent.close(chat_id)
    panel.page.goto(address)


def opening(panel: Chat) -> float:
    """Seconds until the latest message is on screen, the median of five."""
    taken = []
    for _ in range(5):
        began = time.monotonic()
        panel.page.reload()
        expect(panel.messages("agent").last).to_be_in_viewport()
        taken.append(time.monotonic() - began)
    return median(taken)


@pytest.fixture
def panel(page: Page, site: Site, sandbox: Sandbox) -> Chat:
    """The panel of somebody whose chat has ended."""
    page.goto(f"{site.chat_url}/w/demo/")
    panel = Chat(page, page)
    panel.send("Hello")
    expect(panel.messages("customer")).to_have_count(1)
    panel.end()
    expect(page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    return panel


def test_five_thousand_events_open_about_as_fast_as_fifty(panel: Chat, agent: Agent) -> None:
    chat_id = agent.chats()[0]["id"]
    write_history(panel, agent, chat_id, THREAD)
    few = opening(panel)
    write_history(panel, agent, chat_id, 5000)
    many = opening(panel)
    print(f"opened in {few:.2f} and {many:.2f} s, ratio {many / few:.2f}")  # noqa: T201
    assert many < 3 * few


@pytest.mark.parametrize("events", [1000, pytest.param(5000, marks=pytest.mark.night)])
def test_one_can_scroll_back_to_the_first_event(panel: Chat, agent: Agent, events: int) -> None:
    chat_id = agent.chats()[0]["id"]
    write_history(panel, agent, chat_id, events)
    expect(panel.messages("agent").last).to_be_in_viewport()
    scroller = panel.page.locator("#scroll")
    shown = panel.log.locator("[data-author]")
    while not panel.messages("customer").count():
        before = shown.count()
        scroller.evaluate("element => element.scrollTo(0, 0)")
        expect(shown).not_to_have_count(before)  # each page has its own time
    expect(panel.log.get_by_text("Hello", exact=True)).to_be_attached()
    expect(panel.messages("agent").filter(has_text="Message")).to_have_count(events)
    expect(panel.log.locator("[data-starts-day]")).to_have_count(1)
    usual, worst = scroller.evaluate(FRAMES)
    print(f"a frame takes {usual:.0f} ms, one in twenty {worst:.0f} ms")  # noqa: T201
    assert usual < 100


def test_who_comes_back_later_is_welcomed_and_finds_the_last_conversation(panel: Chat) -> None:
    """Not at once, and not what has not been read: see past.js."""
    page = panel.page
    page.reload()
    expect(panel.messages("customer")).to_be_visible()
    page.clock.set_system_time(dt.datetime.now() + dt.timedelta(days=3))
    page.reload()
    entry = page.get_by_role("button", name="Your last conversation")
    expect(entry).to_contain_text("Hello")
    expect(page.get_by_role("heading", name="Hello!")).to_be_visible()
    expect(panel.messages("customer")).to_be_hidden()
    entry.press("Enter")
    expect(panel.messages("customer")).to_be_visible()
    expect(page.locator("#scroll")).to_be_focused()

    page.reload()
    panel.send("It is me again")
    expect(panel.messages("customer")).to_have_count(2)
    expect(panel.messages("customer").first).to_be_visible()
    expect(entry).to_be_hidden()
