"""How the admin looks to an owner: what belongs together stands together."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.e2e.rig import Site
from tests.e2e.test_owner import log_in, open_form

# Details: by day test_owner.py has what an owner does, and that the pages fit.
pytestmark = pytest.mark.night

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 600}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Where the words of each element that is shown are.
WORDS = """
(selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility())
  .map((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const { left, top, bottom } = range.getClientRects()[0];
    return { left: Math.round(left), top: Math.round(top), bottom: Math.round(bottom) };
  })
"""

# The line on which the first word of each stands, whatever its letters reach below it.
LINES = """
(selector) => [...document.querySelectorAll(selector)].map((one) => {
  const mark = document.createElement("span");
  mark.style.display = "inline-block";
  one.prepend(mark);
  const { bottom } = mark.getBoundingClientRect();
  mark.remove();
  return Math.round(bottom);
})
"""

LOOKS = """
(one) => {
  const style = getComputedStyle(one);
  return [style.fontSize, style.fontWeight, style.borderRadius, one.getBoundingClientRect().height];
}
"""


@pytest.fixture
def admin(owner: None, site: Site, page: Page) -> Page:
    page.set_viewport_size(DESKTOP)
    log_in(page, site)
    return page


def visit(admin: Page, site: Site, path: str = "") -> None:
    admin.goto(f"{site.chat_url}/admin/widget/widget/{path}")


def test_on_the_first_page_labels_and_values_share_a_line(admin: Page, site: Site) -> None:
    admin.goto(f"{site.chat_url}/admin/")
    labels, values = (admin.evaluate(LINES, f".summaries {what}") for what in ("dt", "dd"))
    assert len(labels) == len(values) >= 3
    assert labels == values


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_what_stands_above_a_column_begins_where_it_begins(
    admin: Page, site: Site, add_widget: Callable[..., None], size: ViewportSize
) -> None:
    admin.set_viewport_size(size)
    add_widget(key := f"columns-{size['width']}")
    visit(admin, site, f"?q={key}")
    heads = admin.evaluate(WORDS, "#result_list thead .text > *")
    cells = admin.evaluate(WORDS, "#result_list tbody tr:first-child > *")
    assert [one["left"] for one in heads] == [one["left"] for one in cells]
    boxes = [one.bounding_box() for one in admin.locator("#result_list [type=checkbox]").all()]
    assert len({box["x"] for box in boxes if box}) == 1


def test_an_arrow_stands_beside_the_name_of_its_column(
    admin: Page, site: Site, add_widget: Callable[..., None]
) -> None:
    add_widget("wide", allowed_origins=[f"https://{name}.shop.example" for name in "abcdefgh"])
    visit(admin, site)
    name, state = (admin.evaluate(WORDS, f".column-{one} .text a")[0] for one in ("name", "state"))
    assert name["top"] == state["top"]


def test_what_acts_on_a_list_stands_in_one_line_and_looks_like_other_fields(
    admin: Page, site: Site
) -> None:
    visit(admin, site)
    select = admin.get_by_label("Action:")
    box = select.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    label = admin.evaluate(WORDS, "#changelist .actions label")[0]
    assert abs((label["top"] + label["bottom"]) / 2 - middle) < 2
    for field in (select, admin.locator("#searchbar")):
        expect(field).to_have_css("border-radius", "8px")


def test_buttons_side_by_side_look_alike(admin: Page, site: Site) -> None:
    visit(admin, site, "colleagues/")
    admin.get_by_label("E-mail address:").fill("bo@shop.example")
    admin.get_by_role("button", name="Invite").click()
    invited = admin.get_by_role("listitem").filter(has_text="bo@shop.example")
    copy = invited.get_by_role("button", name="Copy the link")
    withdraw = invited.get_by_role("button", name="Withdraw")
    assert copy.evaluate(LOOKS) == withdraw.evaluate(LOOKS)
    withdraw.click()
    expect(invited).to_have_count(0)
    open_form(admin, site)
    admin.get_by_role("link", name="Delete").click()
    delete = admin.locator("#content [type=submit]")
    assert delete.evaluate(LOOKS) == admin.get_by_role("link", name="Cancel").evaluate(LOOKS)
    expect(delete).to_have_css("border-radius", "8px")


def test_on_a_phone_the_header_begins_where_the_page_does(admin: Page, site: Site) -> None:
    admin.set_viewport_size(PHONE)
    visit(admin, site)
    mark, title, theme = (
        admin.locator(one).bounding_box()
        for one in ("#site-name svg", "#content h1", ".theme-toggle")
    )
    assert mark
    assert title
    assert theme
    assert mark["x"] == title["x"]
    assert theme["y"] < mark["y"] + mark["height"]
    assert theme["x"] > PHONE["width"] - 60


def test_on_a_short_phone_the_form_has_most_of_the_screen(admin: Page, site: Site) -> None:
    admin.set_viewport_size(PHONE)
    open_form(admin, site)
    preview = admin.locator(".preview")
    preview.scroll_into_view_if_needed()
    expect(preview).to_be_in_viewport()
    admin.get_by_label("Header title:", exact=True).scroll_into_view_if_needed()
    expect(preview).not_to_be_in_viewport()
    bars = [admin.locator(one).bounding_box() for one in (".sections", ".submit-row")]
    assert sum(bar["height"] for bar in bars if bar) < 0.3 * PHONE["height"]


def test_fields_that_can_be_filled_in_are_not_grey(admin: Page, site: Site) -> None:
    open_form(admin, site)
    card = admin.locator("fieldset.module").first
    colors = set()
    for scheme in SCHEMES:
        admin.emulate_media(color_scheme=scheme)
        color = card.evaluate("one => getComputedStyle(one).backgroundColor")
        colors.add(color)
        for field in (admin.locator("#id_header_title"), admin.locator("#id_theme")):
            expect(field).to_have_css("background-color", color)
    assert len(colors) == len(SCHEMES)


@pytest.mark.parametrize("path", ["colleagues/", "import/"])
def test_what_sends_a_form_stands_in_its_card(admin: Page, site: Site, path: str) -> None:
    visit(admin, site, path)
    fields = admin.locator("fieldset.module").bounding_box()
    sending = admin.locator(".submit-row").bounding_box()
    assert fields
    assert sending
    assert sending["y"] == fields["y"] + fields["height"]


def test_long_words_of_a_title_fit_the_narrowest_screen(
    owner: None, site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(locale="de-DE", viewport={"width": 320, "height": 568}).new_page()
    log_in(page, site)
    wide = []
    for path in (
        "",
        "widget/widget/",
        "widget/widget/colleagues/",
        "widget/widget/import/",
        "password_change/",
        "second-factor/",
        "widget/widget/1/statistics/",
        "widget/widget/1/history/",
        "widget/widget/1/delete/",
        "widget/widget/add/",
    ):
        page.goto(f"{site.chat_url}/admin/{path}")
        title = page.locator("#content h1").first
        if title.evaluate("one => one.scrollWidth > one.clientWidth"):
            wide.append((path, title.text_content()))
    assert wide == []
