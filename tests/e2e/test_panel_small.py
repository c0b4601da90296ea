"""The panel where there is little room: on the smallest phone, above its keyboard, in a corner."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.e2e.rig import Chat, Shop, Site
from tests.sandbox_rig import Agent, Sandbox

SHARE = 0.6  # of the width, for the text
SMALLEST: ViewportSize = {"width": 320, "height": 568}

# The controls on screen that a finger could miss: smaller than 44 px, what is around them included.
SMALL_CONTROLS = """
() => [...document.querySelectorAll("button, a.choice, summary, label:has(input), input, textarea")]
  .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((one) => !one.matches("label input, .for-ears"))
  .filter((one) => {
    const around = getComputedStyle(one, "::after");
    const height = around.position === "absolute" ? parseFloat(around.height) : 0;
    return Math.max(height, one.getBoundingClientRect().height) < 44;
  })
  .map((one) => one.outerHTML.slice(0, 120))
"""

BOXES = """(all) => all.map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [x, y, width, height];
})"""


@pytest.fixture
def panel(page: Page, site: Site, sandbox: Sandbox) -> Chat:
    page.set_viewport_size(SMALLEST)
    page.goto(f"{site.chat_url}/w/demo/")
    expect(page.locator("#availability .status")).to_be_visible()
    return Chat(page, page)


def box(one: Locator) -> dict[str, Any]:
    found = one.bounding_box()
    assert found
    return dict(found)


def test_the_text_has_the_room_and_buttons_give_way(panel: Chat) -> None:
    for text in ("", "Hi", "Could you tell me where my parcel is?", "A long story. " * 30):
        panel.composer.fill(text)
        assert box(panel.composer)["width"] >= SHARE * SMALLEST["width"], text
    send = panel.page.get_by_role("button", name="Send", exact=True)
    assert box(send)["y"] > box(panel.composer)["y"] + 100


@pytest.mark.parametrize(
    "width", [320, *(pytest.param(each, marks=pytest.mark.night) for each in (360, 400, 1440))]
)
def test_while_one_types_no_button_moves(panel: Chat, width: int) -> None:
    """A finger on its way to one would meet another."""
    panel.page.set_viewport_size({"width": width, "height": 640})
    buttons = panel.page.locator("#composer").get_by_role("button").filter(visible=True)
    expect(buttons).to_have_count(3)
    before = buttons.evaluate_all(BOXES)
    text = "Could you tell me where my parcel is, please?"
    for end in range(1, len(text) + 1):
        panel.composer.fill(text[:end])
        assert buttons.evaluate_all(BOXES) == before, text[:end]


@pytest.mark.parametrize("width", [320, pytest.param(400, marks=pytest.mark.night)])
def test_the_header_says_the_owners_text_beside_whether_somebody_is_there(
    page: Page, site: Site, add_widget: Callable[..., None], sandbox: Sandbox, width: int
) -> None:
    words = "We usually answer within a few minutes, on Saturdays within an hour or two."
    add_widget(f"promises-{width}", header_text=words)
    page.set_viewport_size({"width": width, "height": 568})
    page.goto(f"{site.chat_url}/w/promises-{width}/")
    expect(page.locator("#availability .status")).to_be_visible()
    text = page.locator("header").get_by_text(words)
    expect(text).to_be_visible()
    assert text.evaluate(
        "one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight"
    )
    Chat(page, page).send("Hello")
    expect(text).to_be_hidden()


def test_nothing_is_promised_while_nobody_is_there(
    page: Page, site: Site, add_widget: Callable[..., None], everybody_leaves: Callable[[], None]
) -> None:
    everybody_leaves()
    words = "We usually answer within a few minutes."
    add_widget("promises-nothing", header_text=words)
    page.goto(f"{site.chat_url}/w/promises-nothing/")
    expect(page.locator("#availability")).to_have_text("Nobody is here right now")
    expect(page.get_by_text(words)).to_have_count(1)
    expect(page.get_by_text(words)).to_be_hidden()


def test_an_emoji_can_be_undone(panel: Chat) -> None:
    panel.composer.press_sequentially("Hi ")
    panel.page.get_by_role("button", name="Insert an emoji").click()
    panel.page.get_by_role("dialog", name="Emoji").get_by_role("button").first.click()
    assert panel.composer.input_value() != "Hi "
    panel.composer.press("Control+z")
    expect(panel.composer).to_have_value("Hi ")


@pytest.mark.parametrize("size", [pytest.param((640, 400), marks=pytest.mark.night), (320, 200)])
def test_menu_and_popovers_fit_and_scroll(panel: Chat, size: tuple[int, int]) -> None:
    """As on a phone held sideways, and above its keyboard. The greeting stays in view."""
    page = panel.page
    panel.send("Hello")
    expect(panel.live).to_be_visible()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_role("button", name="More").click()
    page.get_by_text("Forget me").click()
    fits(page.locator("#menu"), size)
    page.get_by_role("button", name="Delete my details").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Delete my details")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Insert an emoji").click()
    fits(page.locator("#emoji"), size)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End chat").click()
    dialog = page.get_by_role("dialog", name="End this chat?")
    fits(dialog, size)
    page.keyboard.press("Escape")


def fits(one: Locator, size: tuple[int, int]) -> None:
    expect(one).to_be_visible()
    there = box(one)
    assert there["x"] >= 0
    assert there["y"] >= 0
    assert there["x"] + there["width"] <= size[0]
    assert there["y"] + there["height"] <= size[1]


def test_above_a_keyboard_the_greeting_is_not_covered(panel: Chat) -> None:
    panel.composer.click()
    panel.page.set_viewport_size({"width": 320, "height": 200})
    greeting = box(panel.page.get_by_role("heading", name="Hello!"))
    assert greeting["y"] >= box(panel.page.locator("header"))["height"]
    assert greeting["y"] + greeting["height"] <= box(panel.page.locator("footer"))["y"]


@pytest.mark.night  # long: by day names and buttons have room in English
@pytest.mark.parametrize("state", ["queue", "texts"])
def test_the_header_keeps_its_height_and_where_it_has_room_the_way_out_takes_one_line(
    page: Page, site: Site, state: str
) -> None:
    """In every language: words without spaces could break after each sign."""
    high, broken = {}, {}
    for language, _ in settings.LANGUAGES:
        page.set_viewport_size(SMALLEST)
        page.goto(f"{site.chat_url}/gallery/{state}/?lang={language}")
        high[language] = box(page.locator("header"))["height"]
        page.set_viewport_size({"width": 400, "height": 640})
        broken[language] = box(page.locator(".end"))["height"]
    assert {one: height for one, height in high.items() if height > 60} == {}
    assert {one: broken[one] for one in ("en", "ar", "he", "ja") if broken[one] >= 35} == {}


# As many as the panel has: sound, more, minimize. The gallery shows none.
BUTTONS = """
document.querySelector(".actions").insertAdjacentHTML("beforeend", "<i class=icon></i>".repeat(3))
"""
IS_CUT = "(one) => one.scrollWidth > one.clientWidth"


@pytest.mark.night  # a detail
def test_what_somebody_does_stands_whole_beside_every_button(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 640})
    page.goto(f"{site.chat_url}/gallery/texts/?lang=en")
    person = page.locator("#person p")
    person.evaluate("(one) => { one.textContent = 'Customer care' }")
    page.evaluate(BUTTONS)
    assert not person.evaluate(IS_CUT)


def test_fingers_find_every_control(page: Page, site: Site) -> None:
    page.set_viewport_size(SMALLEST)
    small = {}
    for state in ("texts", "rich", "rated", "failed", "prechat", "empty"):
        page.goto(f"{site.chat_url}/gallery/{state}/")
        small[state] = page.evaluate(SMALL_CONTROLS)
    assert not any(small.values()), small


NOTICES = {
    "lost": ["Connection lost. Trying again…"],
    "offline": ["You are offline. Messages will wait.", "Waiting for a connection…"],
    "blocked": ["Messages may come late."],
    "failed": ["Not sent."],
}


LINE = """(line) => {
  const range = document.createRange();
  range.selectNodeContents(line);
  const rows = [...range.getClientRects()].filter(({ width }) => width > 1);
  return Math.max(...rows.map(({ bottom }) => bottom)) - Math.min(...rows.map(({ top }) => top));
}"""


def test_what_is_wrong_is_said_in_one_line(page: Page, site: Site) -> None:
    page.set_viewport_size(SMALLEST)
    for state, notices in NOTICES.items():
        page.goto(f"{site.chat_url}/gallery/{state}/")
        for words in notices:
            line = page.locator("p", has_text=words)
            expect(line).to_be_visible()
            assert line.evaluate(LINE) < 30, words


LINES = """
() => [...document.querySelectorAll(".notice, .failed, .waiting")]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const rows = [...range.getClientRects()].filter(({ width }) => width > 1);
    const bottom = Math.max(...rows.map((row) => row.bottom));
    return bottom - Math.min(...rows.map(({ top }) => top)) >= 30;
  })
  .map((one) => one.textContent)
"""


@pytest.mark.night  # words of other languages
@pytest.mark.parametrize(
    "language", ["de", "ar", "es", "fr", "he", "it", "ja", "nl", "pl", "pt", "tr", "zh-hans"]
)
def test_nor_does_it_take_two_in_another_language(page: Page, site: Site, language: str) -> None:
    page.set_viewport_size(SMALLEST)
    long = {}
    for state in NOTICES:
        page.goto(f"{site.chat_url}/gallery/{state}/?lang={language}")
        long[state] = page.evaluate(LINES)
    assert not any(long.values()), long


def test_the_name_of_who_answers_has_room_beside_the_buttons(page: Page, shop: Shop) -> None:
    page.set_viewport_size(SMALLEST)
    chat = shop.open_chat()
    chat.send("Hello")
    expect(chat.panel.get_by_role("button", name="End chat")).to_be_visible()
    name = chat.panel.get_by_role("heading", level=1)
    expect(name).to_have_text("Piotr")
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.night  # by day who answers: the test above
def test_the_title_has_room_beside_the_way_out_of_the_queue(
    panel: Chat, sandbox: Sandbox, agent: Agent
) -> None:
    page = panel.page
    page.set_viewport_size({"width": 390, "height": 700})
    sandbox.settings(max_chats={agent.id: 0})
    panel.send("Hello")
    expect(page.get_by_role("button", name="Leave the queue")).to_be_visible()
    for words in (page.get_by_role("heading", level=1), page.locator("#availability")):
        assert words.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_what_is_refused_for_good_can_be_written_anew(panel: Chat, agent: Agent) -> None:
    """No second try: it would be refused again. The text is not lost."""
    text = "word " * 4000
    panel.send(text)
    page = panel.page
    expect(page.get_by_text("This message is too long.", exact=True)).to_be_visible()
    for name in ("Retry", "Discard"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    page.get_by_role("button", name="Edit").click()
    expect(panel.composer).to_have_value(text)
    expect(panel.composer).to_be_focused()
    assert agent.chats() == []
