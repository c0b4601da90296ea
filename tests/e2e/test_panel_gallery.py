"""The demo's gallery, where every state of the panel can be looked at."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.rig import Site
from tests.e2e.test_panel_accessibility import violations

STATES = ["empty", "texts", "answers", "rich", "files", "typing", "thinking", "preview", "greeting"]
STATES += [
    "queue",
    "ended",
    "rated",
    "failed",
    "lost",
    "offline",
    "blocked",
    "inviting",
    "left",
    "unanswered",
    "away",
    "prechat",
    "wrong",
    "past",
    "bot",
    "links",
    "uploads",
    "recording",
    "no-microphone",
]


def test_the_gallery_shows_every_state(page: Page, site: Site) -> None:
    page.goto(f"{site.chat_url}/gallery/")
    frames = page.locator("iframe")
    addresses = frames.evaluate_all("all => all.map((one) => new URL(one.src).pathname)")
    assert sorted(addresses) == sorted(f"/gallery/{state}/" for state in STATES)
    expect(frames.last.content_frame.get_by_role("log")).to_be_attached()


# Several by one visitor: to open the first page takes longer than to look at it. By day in the
# dark and from right to left: test_panel_accessibility.py.
@pytest.mark.parametrize(
    "look",
    ["theme=light", pytest.param("theme=dark&lang=ar", marks=pytest.mark.night)],
    ids=["light", "dark"],
)
@pytest.mark.parametrize("states", [STATES[first::7] for first in range(7)], ids=" ".join)
def test_no_state_has_a_barrier(page: Page, site: Site, states: list[str], look: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    found = {}
    for state in states:
        page.goto(f"{site.chat_url}/gallery/{state}/?{look}")
        expect(page.get_by_role("log")).to_be_attached()
        found[state] = violations(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


CORNERS = """
() => [...document.querySelectorAll("[data-author] .bubble:not(.emoji), .quick_replies .words")]
  .map((one) => [one, getComputedStyle(one)])
  .map(([one, { direction, borderTopLeftRadius: left, borderTopRightRadius: right }]) =>
    [one.closest("[data-author]").dataset.author, direction, parseInt(left) < parseInt(right)])
"""


@pytest.mark.parametrize(("language", "agent_is_left"), [("en", True), ("ar", False)])
def test_a_bubble_points_at_who_speaks_whichever_way_the_words_run(
    page: Page, site: Site, language: str, agent_is_left: bool
) -> None:
    seen = set()
    for state in ("texts", "rich"):
        page.goto(f"{site.chat_url}/gallery/{state}/?lang={language}")
        for author, direction, points_left in page.evaluate(CORNERS):
            assert points_left == (agent_is_left == (author == "agent")), (state, author, direction)
            seen.add((author, direction))
    assert {("agent", "ltr"), ("customer", "ltr"), ("customer", "rtl")} <= seen


def colors_in(element: Locator) -> int:
    """How many different ones it is drawn with."""
    picture = Image.open(BytesIO(element.screenshot(animations="disabled")))
    return len(picture.getcolors(picture.width * picture.height) or [])


def test_somebody_who_types_is_seen_in_a_systems_few_colours(page: Page, site: Site) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto(f"{site.chat_url}/gallery/typing/")
    assert colors_in(page.locator(".dots i").first) > 1


def test_a_pressed_button_is_told_apart_in_a_systems_few_colours(page: Page, site: Site) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto(f"{site.chat_url}/gallery/rated/")
    good, bad = (page.get_by_role("button", name=name, exact=True) for name in ("Good", "Bad"))
    color = "(one) => getComputedStyle(one).backgroundColor"
    assert good.evaluate(color) != bad.evaluate(color)


def test_an_invitation_is_no_answer_to_rate(page: Page, site: Site) -> None:
    page.goto(f"{site.chat_url}/gallery/greeting/")
    expect(page.get_by_text("Do you need help with your order?")).to_be_visible()
    expect(page.get_by_role("button", name="This answer helped")).to_be_hidden()
