"""The admin's pages, looked at by axe: WCAG 2.2, levels A and AA."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.rig import Console, Site
from tests.e2e.test_panel_accessibility import barriers

ADD_ADMIN = """
from django.contrib.auth.models import User
User.objects.create_superuser("ada", password="a long password")
"""
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}
LOOKS: dict[str, dict[str, Any]] = {"light": {}, "dark": {"color_scheme": "dark"}}
WIDGETS = "/admin/widget/widget/"
PAGES = ("1/change", "1/history", "1/statistics", "1/delete", "import", "colleagues")


@pytest.fixture(scope="session")
def ada(site: Site) -> None:
    """The server's first administrator."""
    site.run(ADD_ADMIN)


@pytest.fixture(params=["desktop", pytest.param("phone", marks=pytest.mark.night)])
def page(
    request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], site: Site
) -> Page:
    """The door of the admin, on each screen."""
    page = new_context(**SCREENS[request.param], reduced_motion="reduce").new_page()
    page.goto(f"{site.chat_url}/admin/")
    return page


def test_the_door(page: Page) -> None:
    assert barriers(page, LOOKS) == {}


@pytest.mark.parametrize("look", ["light", pytest.param("dark", marks=pytest.mark.night)])
def test_every_page_behind_it(
    page: Page, site: Site, ada: None, console: Console, look: str
) -> None:
    console.expect("The action has been blocked. ()")  # axe's own styles: they come from no file
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{site.chat_url}/admin/")  # the address of the door ends alike
    looks = {look: LOOKS[look]}
    found = {"/admin/": barriers(page, looks)}
    for path in (WIDGETS, *(f"{WIDGETS}{each}/" for each in PAGES), "/admin/second-factor/"):
        page.goto(f"{site.chat_url}{path}")
        found[path] = barriers(page, looks)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
