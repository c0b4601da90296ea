"""An owner in the admin of somebody's own project, which has Django's own looks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.install.project import Project
from tests.install.test_five_lines import sign_in
from tests.sandbox_rig import Sandbox

# Looks alone: by day test_wheel.py opens the pages.
pytestmark = [
    pytest.mark.night,
    pytest.mark.timeout(300),  # the first builds the wheel and a project
]

GIVE_ROLE = """
from people.models import Person
from widget.models import Membership, Widget
organization_id = Widget.objects.get(key="shop").organization_id
ada = Person.objects.get(address="ada@shop.example")
Membership.objects.get_or_create(user=ada, organization_id=organization_id, role="owner")
"""
SCHEMES = {
    "light": ("rgb(226, 242, 229)", "rgb(65, 118, 144)"),
    "dark": ("rgb(29, 53, 38)", "rgb(65, 118, 144)"),
}


@pytest.fixture(scope="module")
def served(project: Project) -> Iterator[None]:
    """The project, in which Ada owns the widget."""
    project.manage("shell", "-c", GIVE_ROLE)
    with project.served_by("uvicorn"):
        yield


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_and_plots_have_their_colours(
    page: Page, project: Project, served: None, sandbox: Sandbox, scheme: str
) -> None:
    good, plot = SCHEMES[scheme]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, project.url)
    page.goto(f"{project.url}/admin/widget/widget/")
    expect(page.locator(".state.on").first).to_have_css("background-color", good)
    page.get_by_role("link", name="Statistics of Shop").click()
    figure = page.locator(".figure").first
    expect(figure.locator(".bar").first).to_have_css("fill", plot)
    expect(figure.locator(".day").first).to_have_css("opacity", "0.08")


def test_colleagues_are_listed_without_bullets(
    page: Page, project: Project, served: None, sandbox: Sandbox
) -> None:
    sign_in(page, project.url)
    page.goto(f"{project.url}/admin/widget/widget/colleagues/")
    expect(page.locator(".people li").first).to_have_css("list-style-type", "none")
