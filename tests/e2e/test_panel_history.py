"""A long history costs nothing until one reads it."""

import datetime as dt

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.rig import Chat, Site
from tests.sandbox_rig import Agent, Sandbox

THREAD = 50  # events
MOST_TOLD = 100_000  # bytes that the socket brings; fifty events are 28 000

FRAMES = 60
SCROLL = """async (scroller, frames) => {
  for (let frame = 0; frame < frames; frame++) {
    scroller.scrollTop += 400;
    await new Promise(requestAnimationFrame);
  }
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


def test_of_five_thousand_events_opening_brings_only_the_latest(panel: Chat, agent: Agent) -> None:
    """Counted, not timed: a machine may have other things to do."""
    write_history(panel, agent, agent.chats()[0]["id"], 5000)
    told: list[int] = []
    panel.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda said: told.append(len(said)))
    )
    panel.page.reload()
    expect(panel.messages("agent").last).to_be_in_viewport()
    expect(panel.live).to_be_visible()
    print(f"{sum(told)} bytes were told")  # noqa: T201
    assert panel.log.locator("[data-author]").count() <= 2 * THREAD
    assert 0 < sum(told) < MOST_TOLD


@pytest.mark.parametrize("events", [1000, pytest.param(5000, marks=pytest.mark.night)])
def test_one_can_scroll_back_to_the_first_event(panel: Chat, agent: Agent, events: int) -> None:
    chat_id = agent.chats()[0]["id"]
    write_history(panel, agent, chat_id, events)
    expect(panel.messages("agent").last).to_be_in_viewport()
    panel.read_back_to(panel.messages("customer"))
    expect(panel.log.get_by_text("Hello", exact=True)).to_be_attached()
    expect(panel.messages("agent").filter(has_text="Message")).to_have_count(events)
    expect(panel.log.locator("[data-starts-day]")).to_have_count(1)
    session = panel.page.context.new_cdp_session(panel.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = computed(session)
    panel.page.locator("#scroll").evaluate(SCROLL, FRAMES)
    frame = (computed(session) - before) / FRAMES
    print(f"a frame computes for {1000 * frame:.0f} ms")  # noqa: T201
    assert frame < 0.1


def computed(session: CDPSession) -> float:
    """Seconds for which the page's main thread has had a processor."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "ThreadTime"))


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
