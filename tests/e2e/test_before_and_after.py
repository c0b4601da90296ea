"""What changed to look at since early builds, as docs/before-and-after.md shows it.

`make pictures` takes the pictures of today anew; those of then are in docs/images/before.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.pictures import DOCS, Pictures, pictures_of
from tests.e2e.rig import Chat, Site
from tests.e2e.test_owner import log_in
from tests.sandbox_rig import Sandbox

PHONE, LAPTOP = ViewportSize(width=360, height=600), ViewportSize(width=1280, height=800)
SMALL = ViewportSize(width=320, height=200)
STATES = {
    "left": "left",
    "rating": "rated",
    "empty": "inviting",
    "answer": "answers",
    "cards": "rich",
    "error": "failed",
    "recorder": "recording",
}
TO_SCROLL_TO = {"rating": ".comment", "cards": ".turning"}  # else it is below the fold
MOST_BYTES = 1_500_000  # of the page's pictures


@pytest.mark.night
def test_the_page_shows_what_changed(
    owner: None, page: Page, site: Site, sandbox: Sandbox, tmp_path: Path
) -> None:
    page.emulate_media(reduced_motion="reduce")
    with pictures_of("before-and-after", tmp_path) as pictures:
        page.set_viewport_size(PHONE)
        show_states(page, site, pictures)
        show_dialog_and_menu(page, site, pictures)
        page.set_viewport_size(LAPTOP)
        show_admin(page, site, pictures)
    folders = (DOCS / "images/before", DOCS / "images/before-and-after")
    shown = [picture for folder in folders for picture in folder.glob("*.png")]
    assert sum(picture.stat().st_size for picture in shown) < MOST_BYTES


def show_states(page: Page, site: Site, pictures: Pictures) -> None:
    for name, state in STATES.items():
        page.goto(f"{site.chat_url}/gallery/{state}/")
        if name in TO_SCROLL_TO:
            page.locator(TO_SCROLL_TO[name]).first.evaluate("(one) => one.scrollIntoView(false)")
        pictures.take(name, page)
    page.goto(f"{site.chat_url}/gallery/files/")
    page.locator("a.picture").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    pictures.take("viewer", page)


def show_dialog_and_menu(page: Page, site: Site, pictures: Pictures) -> None:
    page.goto(f"{site.chat_url}/w/demo/")
    chat = Chat(page, page)
    chat.send("Has my parcel left?")
    expect(chat.messages("customer")).to_have_count(1)
    page.get_by_role("button", name="End chat").click()
    expect(page.get_by_role("dialog", name="End this chat?")).to_be_visible()
    pictures.take("end", page)
    page.keyboard.press("Escape")
    page.set_viewport_size(SMALL)
    page.get_by_role("button", name="More").click()
    pictures.take("menu", page)


def show_admin(page: Page, site: Site, pictures: Pictures) -> None:
    log_in(page, site)
    preview = page.frame_locator("#preview iframe").frame_locator("iframe#chat-widget")
    for name, path in (("first-steps", "add"), ("form", "1/change")):
        page.goto(f"{site.chat_url}/admin/widget/widget/{path}/")
        expect(preview.get_by_text("Perfect, thank you!")).to_be_visible()
        pictures.take(name, page)
