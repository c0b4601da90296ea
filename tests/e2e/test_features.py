"""What stands on a website before anybody asks, as docs/features.md shows it.

`make pictures` takes its pictures anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.pictures import pictures_of
from tests.e2e.rig import Site, Websites, cards
from tests.sandbox_rig import Sandbox
from widget.options.invitations import Invitation

PHONE, DESKTOP = ViewportSize(width=390, height=760), ViewportSize(width=1280, height=760)
INVITATION: Invitation = {
    "id": "0a1b2c3d",
    "name": "First visit",
    "text": "New to house plants? Tell us about your light, and we find one that likes it.",
    "words": "My room has little light. What would grow there?",
}


@pytest.fixture
def shop(page: Page, site: Site, websites: Websites, add_widget: Callable[..., None]) -> Page:
    """The demo's shop with a widget that invites, and asks for consent."""
    add_widget(
        "featured",
        name="Fern & Clay",
        brand_color="#1f6f54",
        invitations=[INVITATION],
        ask_consent=True,
        consent_text="We keep what you write here until your question is answered.",
        consent_link="https://shop.example/privacy",
        consent_version="2026-11",
    )

    page.goto(window_with("featured", site, websites, "/featured"))
    return page


def window_with(key: str, site: Site, websites: Websites, path: str) -> str:
    """The address of the shop's first page, with this widget on it."""
    window = site.get("/", Host=site.shop_url.removeprefix("http://")).body.decode()
    page = window.replace("/w/demo/", f"/w/{key}/").replace('="/', f'="{site.shop_url}/')
    return websites.publish(path, page)


@pytest.fixture
def greeting_shop(
    site: Site, websites: Websites, sandbox: Sandbox, add_widget: Callable[..., None]
) -> str:
    """The address of the shop's page where LiveChat greets visitors, whom it may see."""
    add_widget("greets", name="Fern & Clay", brand_color="#1f6f54", track_visitors=True)
    sandbox.settings(greetings={"3": {"enabled": True, "delay": 0}})
    return window_with("greets", site, websites, "/pots")


@pytest.mark.night  # by day each of them has a module of its own
def test_a_shop_invites_asks_for_consent_and_greets(
    shop: Page, greeting_shop: str, tmp_path: Path
) -> None:
    with pictures_of("features", tmp_path) as pictures:
        expect(cards(shop)).to_be_visible()
        for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
            shop.set_viewport_size(size)
            for scheme in ("light", "dark"):
                shop.emulate_media(color_scheme=scheme)
                expect(cards(shop)).to_be_in_viewport(ratio=1)
                pictures.take(f"invitation-{name}-{scheme}", shop)
        cards(shop).get_by_role("button", name="Chat with us").click()
        chat = shop.frame_locator("iframe#chat-widget")
        expect(chat.get_by_role("button", name="I agree")).to_be_in_viewport(ratio=1)
        pictures.take("consent-phone-dark", shop)
        shop.goto(greeting_shop)
        for name, size, scheme in (("desktop", DESKTOP, "light"), ("phone", PHONE, "dark")):
            shop.set_viewport_size(size)
            shop.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            expect(cards(shop)).to_be_in_viewport(ratio=1)
            for picture in cards(shop).locator("iframe").all():
                picture.content_frame.locator("img").evaluate("image => image.decode()")
            pictures.take(f"greeting-{name}-{scheme}", shop)
