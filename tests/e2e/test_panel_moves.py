"""Nothing moves: a bubble stands where it will stand. Measured in each frame of Chromium."""

import struct
import zlib
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, Site, wait_for
from tests.sandbox_rig import Agent, Sandbox

MOST = 2  # px that a bubble may move
MOST_SHIFT = 0.01  # of the viewport, as Chromium scores it


def chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


# A grey picture of 400 x 300. Source: PNG (Third Edition).
PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 400, 300, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress((b"\0" + b"\x99" * 400) * 300))
    + chunk(b"IEND", b"")
)

# By text: where each of the customer's bubbles stood, frame by frame; and every layout shift.
WATCH = """
window.places = {};
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 90) ?? "");
    shifts.push({ value: entry.value, nodes });
  }
}).observe({ type: "layout-shift", buffered: true });
(function watch() {
  const seen = {};
  for (const bubble of document.querySelectorAll("[data-author=customer] .bubble")) {
    const { top } = bubble.getBoundingClientRect();
    (seen[bubble.textContent] ??= []).push(top);
  }
  for (const text in seen) (places[text] ??= []).push(seen[text]);
  requestAnimationFrame(watch);
})();
"""


# Once somebody is about to write, what a conversation looks like is fetched.
STYLED = "[...document.styleSheets].some(({ href }) => href?.includes('conversation'))"


def moves(page: Page) -> dict[str, float]:
    """By text: how far the bubble moved, px, from its first frame on. Begins anew."""
    places: dict[str, list[list[float]]] = page.evaluate(
        "() => { const found = places; places = {}; return found; }"
    )
    doubled = {text for text, frames in places.items() if any(len(tops) > 1 for tops in frames)}
    assert not doubled
    tops = {text: [frame[0] for frame in frames] for text, frames in places.items()}
    return {text: round(max(there) - min(there), 2) for text, there in tops.items()}


def see_all(agent: Agent, chat_id: str) -> None:
    last = agent.chat(chat_id)["thread"]["events"][-1]
    agent.see(chat_id, last["created_at"])


def test_a_bubble_stands_where_it_will_stand(
    page: Page, site: Site, sandbox: Sandbox, agent: Agent
) -> None:
    """The first of a day, the next of a run, one that is seen, one at the end of a long talk."""
    page.add_init_script(WATCH)
    page.goto(f"{site.chat_url}/w/demo/")
    chat = Chat(page, page)
    expect(page.get_by_text("We are here for you")).to_be_visible()
    chat.composer.click()
    wait_for(page, lambda: page.evaluate(STYLED))  # it takes a person longer to write
    chat.send("First")
    expect(chat.messages("customer")).to_have_count(1)
    expect(page.locator("#pending > *")).to_have_count(0)
    chat.send("Second")
    expect(chat.messages("customer")).to_have_count(2)
    chat_id = agent.chats()[0]["id"]
    see_all(agent, chat_id)
    expect(page.get_by_text("Seen", exact=True)).to_be_visible()
    measured: dict[str, Any] = moves(page)

    for number in range(12):
        agent.send(chat_id, f"Answer {number}")
    expect(chat.messages("agent")).to_have_count(12)
    page.evaluate("places = {}")
    chat.send("Third")
    expect(chat.messages("customer")).to_have_count(3)
    see_all(agent, chat_id)
    expect(page.get_by_text("Seen", exact=True)).to_be_visible()
    measured["Third"] = moves(page)["Third"]
    agent.close(chat_id)
    expect(page.get_by_text("This chat has ended", exact=True)).to_be_visible()
    chat.send("Fourth")
    expect(page.get_by_text("This chat has ended", exact=True)).to_be_hidden()
    expect(page.locator("#pending > *")).to_have_count(0)
    measured["Fourth"] = moves(page)["Fourth"]

    assert {text for text, by in measured.items() if by > MOST} == set()
    shifts = page.evaluate("shifts")
    assert [shift for shift in shifts if shift["value"] > MOST_SHIFT] == []


# Where each file of the customer's ends, frame by frame, however it is drawn.
WATCH_FILES = """
window.files = [];
(function watch() {
  const files = document.querySelectorAll(
    "[data-author=customer]:not([data-state=offered]) :is(.picture, .bubble)");
  const ends = [...files].map((file) => file.getBoundingClientRect().bottom);
  if (ends.length) window.files.push(ends);
  requestAnimationFrame(watch);
})();
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leaf.png", "image/png"),
        pytest.param("care.pdf", "application/pdf", marks=pytest.mark.night),
        pytest.param("birds.mp3", "audio/mpeg", marks=pytest.mark.night),
    ],
)
def test_a_file_stands_where_it_will_stand(page: Page, site: Site, name: str, kind: str) -> None:
    page.add_init_script(WATCH_FILES)
    page.goto(f"{site.chat_url}/w/demo/")
    content = PICTURE if kind == "image/png" else b"1" * 2000
    with page.expect_file_chooser() as chooser:
        page.locator(".attach").click()
    wait_for(page, lambda: page.evaluate(STYLED))
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})
    if kind == "image/png":
        page.get_by_role("button", name="Send this file").click()
    expect(page.locator("#threads .file")).to_have_count(1)
    expect(page.locator("#pending > *")).to_have_count(0)
    frames = page.evaluate("files")
    assert {len(ends) for ends in frames} == {1}
    ends = [ends[0] for ends in frames]
    assert max(ends) - min(ends) <= MOST
