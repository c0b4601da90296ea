"""An owner in the admin, in a real browser. How they begin is in test_tutorial.py."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, FrameLocator, Locator, Page, expect

from tests.e2e.rig import Console, Shop, Site, Websites, html, wait_for

SESSION = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.get(username="olga"))
answer = client.cookies["sessionid"].value
"""

NUMBER = """
from widget.models import Widget
answer = Widget.objects.get(key=given).pk
"""


@pytest.fixture
def admin(owner: None, site: Site, page: Page) -> Page:
    """A browser in which Olga is signed in."""
    log_in(page, site)
    return page


def log_in(page: Page, site: Site) -> None:
    """Without the form, where so many at once are taken for somebody who guesses."""
    session = {"name": "sessionid", "value": site.run(SESSION), "url": site.chat_url}
    page.context.add_cookies([session])  # type: ignore[list-item]


def open_form(admin: Page, site: Site, key: str = "demo") -> None:
    """Go to the form of this widget."""
    admin.goto(f"{site.chat_url}/admin/widget/widget/{site.run(NUMBER, key)}/change/")


def panel_in_preview(admin: Page) -> FrameLocator:
    return admin.frame_locator("#preview iframe").frame_locator("iframe#chat-widget")


def try_title_on_website(admin: Page, title: str) -> Shop:
    """The website with this draft. The link to it may be there before: to the form as it was."""
    admin.get_by_label("Header title:", exact=True).fill(title)
    expect(panel_in_preview(admin).get_by_text(title)).to_be_visible()
    with admin.expect_popup() as opened:
        admin.locator("#on-websites a").first.click()
    return Shop(opened.value)


def test_the_preview_follows_what_is_typed_and_leaves_the_focus(admin: Page, site: Site) -> None:
    open_form(admin, site)
    title = admin.get_by_label("Header title:", exact=True)
    title.fill("")  # another test may have left a draft
    title.press_sequentially("Fern")
    panel = panel_in_preview(admin)
    expect(panel.get_by_text("Fern")).to_be_visible()
    title.press_sequentially(" & Clay")
    expect(panel.get_by_text("Fern & Clay")).to_be_visible()
    expect(title).to_have_value("Fern & Clay")
    expect(title).to_be_focused()


@pytest.mark.night  # by day it follows what is typed
def test_the_preview_shows_dark_mode_and_other_languages(admin: Page, site: Site) -> None:
    open_form(admin, site)
    admin.get_by_label("Mode").select_option("Dark")
    admin.get_by_label("Screen").select_option("Desktop")
    preview = admin.frame_locator("#preview iframe")
    panel = preview.frame_locator("iframe#chat-widget")
    surface = panel.locator("body")
    expect(surface).to_be_visible()
    expect(panel.locator("html")).to_have_css("color-scheme", "dark")
    admin.locator("#preview").get_by_label("Language").select_option("de")
    expect(preview.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.night  # by day it follows what is typed
def test_the_preview_shows_a_picture_in_the_header(
    admin: Page, site: Site, console: Console
) -> None:
    console.expect("team.jpg")  # there is no such website
    open_form(admin, site)
    admin.get_by_label("Header picture:", exact=True).fill("https://shop.example/team.jpg")
    panel = panel_in_preview(admin)
    picture = panel.locator("#person img")
    expect(picture).to_have_attribute("src", "https://shop.example/team.jpg")


def test_a_draft_is_tried_on_the_real_website_before_it_is_published(
    admin: Page, site: Site, websites: Websites, console: Console
) -> None:
    snippet = f'<script async src="{site.chat_url}/w/demo/embed.js"></script>'
    websites.publish("/", html(f"<h1>A shop</h1>{snippet}"))
    open_form(admin, site)
    chat = try_title_on_website(admin, "Not yet for everybody").open_chat()
    expect(chat.panel.get_by_text("Not yet for everybody")).to_be_visible()

    admin.get_by_role("button", name="Keep as a draft").click()
    expect(admin.get_by_text("This is a draft.")).to_be_visible()
    expect(admin.get_by_label("Header title:", exact=True)).to_have_value("Not yet for everybody")
    admin.goto(websites.origins[0])
    published = Shop(admin).open_chat()
    expect(published.composer).to_be_visible()
    expect(published.panel.get_by_text("Not yet for everybody")).to_have_count(0)


@pytest.mark.night  # by day the test above, and a strict policy without a draft
def test_a_draft_is_shown_under_trusted_types(admin: Page, site: Site, websites: Websites) -> None:
    policy = (
        f"default-src 'none'; script-src {site.chat_url}; frame-src {site.chat_url}; "
        "img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    snippet = f'<script async src="{site.chat_url}/w/demo/embed.js"></script>'
    websites.publish("/", html(snippet), {"Content-Security-Policy": policy})
    open_form(admin, site)
    chat = try_title_on_website(admin, "Only a draft").open_chat()
    expect(chat.panel.get_by_text("Only a draft")).to_be_visible()


def test_a_link_to_somebody_elses_chat_opens_the_websites_own(
    page: Page, site: Site, websites: Websites, console: Console
) -> None:
    console.expect("404")
    snippet = f'<script async src="{site.chat_url}/w/demo/embed.js"></script>'
    websites.publish("/", html(f"<h1>A shop</h1>{snippet}"))
    page.goto(f"{websites.origins[0]}/#chat-draft=somebody-elses")
    expect(Shop(page).open_chat().composer).to_be_visible()


def test_the_snippet_is_copied_with_one_click(admin: Page, site: Site) -> None:
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_form(admin, site)
    admin.get_by_role("button", name="Copy").first.click()
    expect(admin.get_by_text("Copied.")).to_be_visible()
    copied = admin.evaluate("navigator.clipboard.readText()")
    assert copied == admin.locator("#snippet").inner_text()


@pytest.mark.parametrize("width", [1440, pytest.param(390, marks=pytest.mark.night)])
def test_the_last_step_stands_first_until_a_website_shows_the_chat(
    admin: Page, site: Site, add_widget: Callable[..., None], width: int
) -> None:
    admin.set_viewport_size({"width": width, "height": 900})
    add_widget(f"step-{width}")
    open_form(admin, site, f"step-{width}")
    expect(admin.locator("#snippet")).to_be_in_viewport(ratio=1)
    expect(admin.get_by_text("Waiting for your website…")).to_be_in_viewport()


@pytest.mark.night  # by day the snippet is copied
def test_the_line_for_the_website_is_one_click_away(admin: Page, site: Site) -> None:
    admin.set_viewport_size({"width": 1440, "height": 900})
    admin.goto(f"{site.chat_url}/admin/widget/widget/add/")
    sections = admin.get_by_role("navigation", name="Sections")
    sections.get_by_role("link", name="3. Put it on your website").click()
    expect(admin.get_by_text("Save the widget first.")).to_be_in_viewport()


@pytest.mark.night  # by day test_tutorial.py
def test_an_owners_first_widget_begins_in_their_time_zone_and_says_when_it_is_seen(
    owner: None,
    new_context: Callable[..., BrowserContext],
    site: Site,
    websites: Websites,
    add_widget: Callable[..., None],
) -> None:
    add_widget("unseen")
    context = new_context(timezone_id="Asia/Tokyo")
    admin = context.new_page()
    log_in(admin, site)
    admin.goto(f"{site.chat_url}/admin/widget/widget/add/")
    expect(admin.locator("#id_opening_zone")).to_have_value("Asia/Tokyo")
    open_form(admin, site, "unseen")
    expect(admin.get_by_text("Waiting for your website…")).to_be_visible()
    snippet = f'<script async src="{site.chat_url}/w/unseen/embed.js"></script>'
    context.new_page().goto(websites.publish("/unseen", html(snippet)))
    expect(admin.locator(".last-seen")).to_contain_text(f"Seen on {websites.origins[0]}")


def test_a_colleague_follows_a_link_that_no_log_sees(
    admin: Page, site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    admin.goto(f"{site.chat_url}/admin/widget/widget/colleagues/")
    admin.get_by_label("E-mail address").fill("adam@shop.example")
    admin.get_by_role("button", name="Invite").click()
    invited = admin.get_by_role("listitem").filter(has_text="adam@shop.example")
    link = invited.get_by_text("/join/#").inner_text()
    colleague = new_context().new_page()
    colleague.goto(link)
    expect(colleague.get_by_role("button", name="Accept the invitation")).to_be_visible()
    assert colleague.url == f"{site.chat_url}/admin/widget/widget/join/"
    assert link.partition("#")[2] not in (site.directory / "server.log").read_text()


@pytest.mark.night  # rare
def test_the_page_of_invitations_alone_opens_none(page: Page, site: Site) -> None:
    page.goto(f"{site.chat_url}/admin/widget/widget/join/")
    expect(page.get_by_text("This invitation no longer works")).to_be_visible()


@pytest.mark.night  # a detail
def test_a_section_is_one_click_away_and_opens(admin: Page, site: Site) -> None:
    open_form(admin, site)
    admin.get_by_role("navigation", name="Sections").get_by_text("For experts").click()
    expect(admin.get_by_label("API version")).to_be_in_viewport()


def leave_in_vain(admin: Page, control: Locator, asked: list[str]) -> None:
    """Click on what leads away, and return once the browser has asked whether it shall."""
    before = len(asked)
    control.click(no_wait_after=True)
    wait_for(admin, lambda: len(asked) > before)


def questions_of(admin: Page) -> list[str]:
    """What the browser asks before the page is left; the answer is always to stay."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    admin.on("dialog", stay)
    return asked


def open_last_section(admin: Page) -> None:
    admin.get_by_role("navigation", name="Sections").get_by_text("Agent's token").click()


def test_who_leaves_the_form_is_asked_about_what_they_did_not_save(
    admin: Page, site: Site, add_widget: Callable[..., None]
) -> None:
    add_widget("unsaved")
    open_form(admin, site, "unsaved")
    asked = questions_of(admin)
    title = admin.get_by_label("Header title:", exact=True)
    title.fill("A long piece of work")
    open_last_section(admin)
    for name in ("Save the token and test", "Duplicate"):
        leave_in_vain(admin, admin.get_by_role("button", name=name), asked)
    leave_in_vain(admin, admin.get_by_role("link", name="Statistics", exact=True), asked)
    expect(title).to_have_value("A long piece of work")
    assert asked == ["beforeunload"] * 3
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()
    admin.get_by_role("link", name="Statistics", exact=True).click()
    expect(admin.get_by_role("heading", name="Statistics of unsaved")).to_be_visible()
    assert asked == ["beforeunload"] * 3


@pytest.mark.night  # by day the test above
def test_who_saves_the_form_is_asked_about_the_token_that_goes_its_own_way(
    admin: Page, site: Site, add_widget: Callable[..., None]
) -> None:
    add_widget("with-token")
    open_form(admin, site, "with-token")
    asked = questions_of(admin)
    open_last_section(admin)
    token = admin.get_by_role("textbox", name="agent's token")
    token.fill("dal:secret")
    leave_in_vain(admin, admin.get_by_role("button", name="Save", exact=True), asked)
    expect(token).to_have_value("dal:secret")
    assert asked == ["beforeunload"]
    admin.get_by_role("button", name="Save the token and test").click()
    expect(admin.get_by_text("LiveChat refused the agent's token")).to_be_visible()
    assert asked == ["beforeunload"]


def test_the_form_fits_on_a_phone(admin: Page, site: Site) -> None:
    admin.set_viewport_size({"width": 360, "height": 740})
    open_form(admin, site)
    admin.get_by_label("Greeting:", exact=True).first.focus()
    expect(admin.locator("#preview iframe")).to_be_in_viewport(ratio=0.9)
    expect(admin.get_by_label("Greeting:", exact=True).first).to_be_in_viewport(ratio=1)
    for field in ("Name:", "Allowed websites:", "Client ID:", "Greeting:"):
        box = admin.get_by_label(field, exact=True).first.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 360


NARROW = ("", "widget/widget/", "widget/widget/1/change/", "widget/widget/colleagues/")
WIDE = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.id)"


def wide_boxes(admin: Page) -> Any:
    """Those that cut what is in them."""
    return admin.locator("html, .main, .summaries, .module, .results").evaluate_all(WIDE)


@pytest.mark.night  # by day a phone, which is narrower
def test_lists_and_the_form_beside_its_preview_fit_a_small_laptop(
    admin: Page, site: Site, add_widget: Callable[..., None]
) -> None:
    add_widget("long", name="Donaudampfschifffahrtsgesellschaftskapitaenswitwenrente")
    admin.set_viewport_size({"width": 1280, "height": 720})
    for path in ("widget/widget/", "widget/widget/1/change/"):
        admin.goto(f"{site.chat_url}/admin/{path}")
        folded = admin.locator("#content details")
        folded.evaluate_all("all => all.forEach((one) => { one.open = true; })")
        assert wide_boxes(admin) == [], path


def test_every_page_fits_a_narrow_phone_and_the_form_has_two_buttons_in_one_row(
    admin: Page, site: Site
) -> None:
    admin.set_viewport_size({"width": 320, "height": 740})
    for path in NARROW:
        admin.goto(f"{site.chat_url}/admin/{path}")
        assert wide_boxes(admin) == [], path
    open_form(admin, site)
    buttons = admin.locator(".submit-row > *")
    expect(buttons).to_have_count(2)
    tops = [box["y"] for button in buttons.all() if (box := button.bounding_box())]
    assert tops[0] == tops[1]
    language = admin.locator("#preview").get_by_label("Language").bounding_box()
    band = admin.locator("#preview").bounding_box()
    assert language
    assert band
    assert language["y"] + language["height"] <= band["y"] + band["height"]


@pytest.mark.night  # words of other languages; by day every page fits a phone
@pytest.mark.parametrize("language", ["de", "fr", "pl"])
def test_the_buttons_show_all_their_words_on_a_phone(
    admin: Page, site: Site, language: str
) -> None:
    admin.context.set_extra_http_headers({"Accept-Language": language})
    for width in (390, 320):
        admin.set_viewport_size({"width": width, "height": 740})
        admin.goto(f"{site.chat_url}/admin/widget/widget/1/change/")
        buttons = admin.locator(".submit-row input")
        assert buttons.count() == 2
        cut = "(one) => one.scrollHeight > one.clientHeight"
        assert [one.input_value() for one in buttons.all() if one.evaluate(cut)] == []


def test_nothing_covers_the_form_at_four_times_the_size(admin: Page, site: Site) -> None:
    admin.set_viewport_size({"width": 320, "height": 225})  # 1280 x 900 at 400 %
    open_form(admin, site)
    title = admin.get_by_label("Header title:", exact=True)
    title.scroll_into_view_if_needed()
    covered = "(one) => { const { x, y } = one.getBoundingClientRect();"
    covered += " return document.elementFromPoint(x + 9, y + 9) !== one; }"
    assert not title.evaluate(covered)


COVERED = """() => {
  const { x, y, width, bottom } = document.activeElement.getBoundingClientRect();
  const points = [y + 3, bottom - 3].map((each) => document.elementFromPoint(x + width / 2, each));
  return points.every((point) => !point || point.closest(".submit-row, .sections, .preview"))
    && document.activeElement.outerHTML.slice(0, 99);
}"""


@pytest.mark.night  # long; by day the test above
def test_no_bar_covers_what_the_keyboard_reaches(admin: Page, site: Site) -> None:
    admin.set_viewport_size({"width": 390, "height": 844})
    open_form(admin, site)
    admin.get_by_label("Name:", exact=True).focus()
    covered = []
    for key in ("Tab", "Shift+Tab"):
        for _stop in range(25):
            admin.keyboard.press(key)
            covered.append(admin.evaluate(COVERED))
    assert not any(covered), covered


@pytest.mark.night  # by day tests/widget/owners/test_meanwhile.py
def test_two_who_save_one_widget_both_keep_what_they_entered(
    admin: Page,
    site: Site,
    new_context: Callable[..., BrowserContext],
    add_widget: Callable[..., None],
) -> None:
    """The second is told above all else, and their own words stand where they wrote them."""
    add_widget("two-windows")
    open_form(admin, site, "two-windows")
    other = new_context().new_page()
    log_in(other, site)
    open_form(other, site, "two-windows")
    other.get_by_label("Header text:", exact=True).fill("From the other window")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("was changed successfully")).to_be_visible()
    title, text = (admin.get_by_label(f"Header {what}:", exact=True) for what in ("title", "text"))
    title.fill("From this window")
    admin.get_by_role("button", name="Save", exact=True).click()
    told = admin.get_by_role("alert")
    expect(told).to_be_in_viewport()
    expect(told.get_by_label("Header text")).to_be_checked()
    expect(title).to_have_value("From this window")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()
    expect(title).to_have_value("From this window")
    expect(text).to_have_value("From the other window")
