"""Every state of the panel, looked at by axe: WCAG 2.2, levels A and AA."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from tests.e2e.rig import Chat, Site, html
from tests.sandbox_rig import ROOT, Agent, Sandbox

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# The panel is one part of a page: its landmarks are the page's business. And we ask only for what
# is wrong: a selector for each element that is right takes longer than the rules. None of them
# reads style sheets, which axe would fetch once more.
OPTIONS = {
    "preload": {"assets": ["media"]},
    "rules": {"region": {"enabled": False}},
    "resultTypes": ["violations"],
    "selectors": False,
}
# Half faded in, every text has too little contrast. What takes longer is meant to be read.
SHORT = 2_000  # ms
END_FADES = """(short) => {
    const shadows = [...document.querySelectorAll("*")].flatMap((each) => each.shadowRoot ?? []);
    for (const fade of [document, ...shadows].flatMap((each) => each.getAnimations()))
        if (fade.effect.getComputedTiming().endTime <= short) fade.finish();
}"""
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 320, "height": 568}, "is_mobile": True, "has_touch": True},
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
}


def violations(page: Page | Frame, rules: list[str] = RULES) -> list[str]:
    """What axe finds wrong, each with the elements it means."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE + ";0")
    page.evaluate(END_FADES, SHORT)
    options = OPTIONS | {"runOnly": rules}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}" for each in found]


def barriers(page: Page, looks: dict[str, dict[str, Any]] = LOOKS) -> dict[str, list[str]]:
    """The same in each look, of those where something is wrong.

    After the first, only colours can be: the document is the same.
    """
    found = {}
    rules = RULES
    for look, media in looks.items():
        page.emulate_media(**media)
        if wrong := violations(page, rules):
            found[look] = wrong
        rules = COLOUR_RULES
    page.emulate_media(color_scheme="light", forced_colors="none")
    return found


# Where there is less room more can be wrong.
@pytest.fixture(params=["phone", pytest.param("desktop", marks=pytest.mark.night)])
def panel(
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
    site: Site,
    sandbox: Sandbox,
) -> Chat:
    """The panel in a tab of its own, on each screen."""
    page = new_context(**SCREENS[request.param], reduced_motion="reduce").new_page()
    return Chat(page, page)


def visit(panel: Chat, site: Site, language: str = "en") -> None:
    panel.page.goto(f"{site.chat_url}/w/demo/?lang={language}")
    expect(panel.panel.locator("#availability .status")).to_be_visible()


@pytest.mark.night  # by day from right to left
def test_the_empty_panel(panel: Chat, site: Site) -> None:
    visit(panel, site)
    assert barriers(panel.page) == {}


def test_a_conversation_with_everything_in_it(panel: Chat, site: Site, agent: Agent) -> None:
    visit(panel, site)
    panel.send("Hello https://shop.example")
    expect(panel.live).to_be_visible()
    expect(panel.messages("customer")).to_have_count(1)
    chat_id = agent.chats()[0]["id"]
    for event in everything():
        agent.send_event(chat_id, event)
    agent.type(chat_id)
    expect(panel.messages("agent")).to_have_count(len(everything()))
    assert barriers(panel.page) == {}


def test_the_end_with_its_rating(panel: Chat, site: Site, agent: Agent) -> None:
    visit(panel, site)
    panel.send("Hello")
    panel.panel.get_by_role("button", name="End chat").click()
    expect(panel.panel.get_by_role("dialog", name="End this chat?")).to_be_visible()
    assert barriers(panel.page) == {}
    panel.page.keyboard.press("Escape")
    panel.end()
    panel.panel.get_by_role("button", name="Good", exact=True).click()
    expect(panel.panel.get_by_role("textbox", name="Comment")).to_be_visible()
    assert barriers(panel.page) == {}


def test_the_form_before_the_chat(
    panel: Chat, site: Site, sandbox: Sandbox, add_widget: Callable[..., None]
) -> None:
    sandbox.settings(forms={"prechat": True})
    key = uuid4().hex  # nobody has asked for its form yet
    add_widget(key)
    panel.page.goto(f"{site.chat_url}/w/{key}/")
    start = panel.panel.get_by_role("button", name="Start the chat")
    expect(start).to_be_visible()
    start.click()
    expect(panel.panel.get_by_text("This field is required.").first).to_be_visible()
    assert barriers(panel.page) == {}


def reach(control: Locator, key: str = "Tab") -> None:
    """Go there with this key alone; fails if it leads past."""
    for _stop in range(40):
        control.page.keyboard.press(key)
        if control.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{key} does not lead to {control}")


@pytest.fixture
def small_dark_panel(
    new_context: Callable[..., BrowserContext], site: Site, sandbox: Sandbox
) -> Chat:
    """One's first message is said."""
    look = SCREENS["phone"] | LOOKS["dark"]
    page = new_context(**look, reduced_motion="reduce").new_page()
    panel = Chat(page, page)
    visit(panel, site)
    panel.composer.press_sequentially("Hello")
    panel.composer.press("Enter")
    expect(panel.messages("customer")).to_have_count(1)
    expect(panel.live).to_be_visible()
    return panel


NOTE_REVOKED = """() => {
  const revoke = URL.revokeObjectURL;
  window.revoked = [];
  URL.revokeObjectURL = (address) => { revoked.push(address); revoke.call(URL, address); };
}"""


def test_menus_are_reached_used_and_left_by_keyboard(small_dark_panel: Chat) -> None:
    page, keyboard = small_dark_panel.page, small_dark_panel.page.keyboard
    own = page.get_by_label("What to do with this message")
    reach(own, "Shift+Tab")
    keyboard.press("Enter")
    assert violations(page) == []
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Delete this message")).to_be_focused()
    more = page.get_by_role("button", name="More")
    reach(more, "Shift+Tab")
    keyboard.press("Enter")
    reach(page.get_by_text("E-mail transcript"))
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="E-mail address")).to_be_focused()
    reach(page.get_by_role("button", name="Continue on another device"))
    keyboard.press("Enter")
    expect(page.locator("#move svg")).to_be_visible()
    reach(page.get_by_role("link", name="Or open this link there."))
    reach(page.get_by_text("Forget me"))
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Delete my details")).to_be_focused()
    assert violations(page) == []
    keyboard.press("Escape")
    expect(more).to_be_focused()


def test_pictures_and_applications_are_reached_and_left_by_keyboard(
    small_dark_panel: Chat, agent: Agent
) -> None:
    page, keyboard = small_dark_panel.page, small_dark_panel.page.keyboard
    page.evaluate(NOTE_REVOKED)
    page.locator("#files").set_input_files(ROOT / "docs/images/features/consent-phone-dark.png")
    expect(page.get_by_role("textbox", name="Describe the picture")).to_be_focused()
    shown = page.locator(".pending img")
    expect(shown).to_have_js_property("naturalHeight", 760)
    assert page.evaluate("revoked") == [shown.get_attribute("src")]
    keyboard.type("The question")
    assert violations(page) == []
    keyboard.press("Enter")
    expect(small_dark_panel.log.get_by_role("img", name="The question")).to_be_visible()
    picture = small_dark_panel.log.locator("a.picture")
    reach(picture, "Shift+Tab")
    keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Pictures")).to_be_visible()
    assert violations(page) == []
    keyboard.press("Escape")
    expect(picture).to_be_focused()

    page.route("https://moment.example/**", lambda route: route.fulfill(body=html("<h1>Hi</h1>")))
    button: dict[str, Any] = {"text": "Choose", "type": "webview", "postback_id": "time"}
    button |= {"value": "https://moment.example/", "user_ids": []}
    rich = {"type": "rich_message", "template_id": "cards", "elements": [{"buttons": [button]}]}
    agent.send_event(agent.chats()[0]["id"], rich)
    choose = page.get_by_role("link", name="Choose")
    expect(choose).to_be_visible()
    reach(choose)
    keyboard.press("Enter")
    moment = page.get_by_role("dialog").filter(has=page.locator("iframe"))
    expect(moment.get_by_role("heading", name="Choose")).to_be_visible()
    assert violations(page) == []
    keyboard.press("Escape")
    expect(moment).to_have_count(0)
    expect(choose).to_be_focused()


@pytest.mark.night  # by day it is reached by keyboard: above
def test_the_open_menu(panel: Chat, site: Site) -> None:
    visit(panel, site)
    panel.panel.get_by_role("button", name="More").click()
    assert barriers(panel.page) == {}


def test_the_open_emoji_picker(panel: Chat, site: Site) -> None:
    visit(panel, site)
    panel.panel.get_by_role("button", name="Insert an emoji").click()
    expect(panel.panel.get_by_role("dialog", name="Emoji")).to_be_visible()
    assert barriers(panel.page) == {}


def test_from_right_to_left(panel: Chat, site: Site) -> None:
    visit(panel, site, "ar")
    assert panel.page.evaluate("document.dir") == "rtl"
    assert barriers(panel.page) == {}


def test_without_javascript(panel: Chat, site: Site) -> None:
    panel.page.goto(f"{site.chat_url}/w/demo/plain/")
    assert barriers(panel.page) == {}


def everything() -> list[dict[str, Any]]:
    """One event of every kind an agent can send."""

    def button(text: str, **more: str) -> dict[str, Any]:
        return {"text": text, "postback_id": text, "user_ids": []} | more

    def rich(template_id: str, *elements: dict[str, Any]) -> dict[str, Any]:
        return {"type": "rich_message", "template_id": template_id, "elements": [*elements]}

    url = {"type": "url", "value": "https://shop.example/"}
    return [
        {"type": "message", "text": "word " * 400},
        rich("cards", {"title": "A card", "subtitle": "Small", "buttons": [button("Open", **url)]}),
        rich("cards", {"title": "One", "buttons": [button("Pick")]}, {"title": "Two"}),
        rich(
            "quick_replies", {"title": "Did that help?", "buttons": [button("Yes"), button("No")]}
        ),
    ]
