"""Fixtures for tests in a real browser. What they hand out is described in `rig.py`."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.hosts import Host
from tests.e2e.rig import (
    BROWSER_ARGUMENTS,
    PATIENCE,
    PREPARE,
    Chat,
    Console,
    OpenShop,
    Shop,
    Site,
    Websites,
    begin,
    chromium,
)
from tests.sandbox_rig import Sandbox, SandboxProcess
from tests.shared import make_once

ADD_OWNER = """
from django.contrib.auth.models import User
from widget.models import Membership
user = User.objects.create_user("olga", password="a long password", is_staff=True)
Membership.objects.create(user=user, organization_id=given, role="owner")
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = chromium()
    return {
        **browser_type_launch_args,
        "args": BROWSER_ARGUMENTS,
        **({"executable_path": executable} if executable else {}),
    }


@pytest.fixture
def console() -> Iterator[Console]:
    """Fails the test if any browser complained, unless the test called `console.expect`."""
    console = Console()
    yield console
    assert console.unexpected == []


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], console: Console
) -> Callable[..., BrowserContext]:
    """Another person's browser. Its console is watched."""

    def watched(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        console.watch(context)
        return context

    return watched


@pytest.fixture(scope="session")
def websites() -> Iterator[Websites]:
    """Websites whose pages a test writes itself."""
    websites = Websites()
    yield websites
    websites.close()


@pytest.fixture(scope="session")
def demo_fields(sandbox_process: SandboxProcess, websites: Websites) -> dict[str, Any]:
    """The fields of a widget that reaches this sandbox and may stand on the tests' websites."""
    config = Sandbox(sandbox_process.url).config
    return {
        "name": "Demo",
        "organization_id": config["organization_id"],
        "client_id": config["client_id"],
        "redirect_uri": config["redirect_uri"],
        "allowed_origins": websites.origins,
    }


@pytest.fixture(scope="session")
def new_site(
    tmp_path_factory: pytest.TempPathFactory, sandbox_process: SandboxProcess
) -> Callable[[str], Site]:
    """Another server, as in production, with an empty database: `new_site("telling")`.

    It is to be started.
    """

    def prepare(folder: Path) -> None:
        Site(folder, sandbox_process.url).manage("shell", "--no-imports", "-c", PREPARE)

    prepared = make_once(tmp_path_factory, "prepared", prepare)

    def new(name: str) -> Site:
        directory = tmp_path_factory.mktemp(name)
        shutil.copytree(prepared, directory, dirs_exist_ok=True)
        return Site(directory, sandbox_process.url)

    return new


@pytest.fixture(scope="session")
def site(new_site: Callable[[str], Site], demo_fields: dict[str, Any]) -> Iterator[Site]:
    """The server with its own database and sandbox, and one widget with the key `demo`."""
    site = new_site("site")
    demo_fields["allowed_origins"] += [site.shop_url, f"http://localhost:{site.port}"]
    site.add_widget("demo", **demo_fields)
    site.start()
    yield site
    site.close()


@pytest.fixture(autouse=True)
def fresh_livechat(sandbox: Sandbox) -> None:
    """No test meets what an earlier one has done to the sandbox."""


@pytest.fixture
def everybody_leaves(sandbox: Sandbox, site: Site) -> Iterator[Callable[[], None]]:
    """No agent accepts chats any more: `everybody_leaves()`.

    The server keeps for some seconds what LiveChat said, and asks for all widgets in use, so that
    the next test would meet it: this one ends when the server knows that somebody is there.
    """
    agents = [agent["id"] for agent in sandbox.config["agents"]]

    def set_status(status: str) -> None:
        sandbox.settings(agents=dict.fromkeys(agents, status))

    yield lambda: set_status("not_accepting_chats")
    set_status("accepting_chats")
    site.wait_until_somebody_is_there("demo")


@pytest.fixture
def add_widget(site: Site, demo_fields: dict[str, Any]) -> Callable[..., None]:
    """Configure another widget of the same organization: `add_widget("tall", theme="dark")`."""

    def add(key: str, **fields: Any) -> None:
        site.add_widget(key, **demo_fields | {"name": key} | fields)

    return add


@pytest.fixture
def open_shop(site: Site, sandbox: Sandbox) -> OpenShop:
    """Visit the demo shop: `open_shop(page).open_chat().send("Hello")`."""

    def visit(page: Page) -> Shop:
        page.goto(site.shop_url)
        return Shop(page)

    return visit


@pytest.fixture
def shop(open_shop: OpenShop, page: Page) -> Shop:
    """The demo shop, visited by one person."""
    return open_shop(page)


@pytest.fixture
def chat(shop: Shop) -> Chat:
    """The chat one person has just opened in the demo shop, connected."""
    return shop.open_chat()


@pytest.fixture
def panel(page: Page, site: Site, sandbox: Sandbox) -> Chat:
    """The panel in a tab of its own."""
    page.goto(f"{site.chat_url}/w/demo/")
    return Chat(page, page)


@pytest.fixture
def talking(panel: Chat) -> Chat:
    """The panel of somebody who has said hello."""
    begin(panel)
    return panel


@pytest.fixture
def host(page: Page, site: Site, websites: Websites) -> Host:
    """A website of the test's own, with the widget on it: `host.visit("<h1>Shop</h1>")`."""
    return Host(page, site, websites)


@pytest.fixture(scope="session")
def owner(site: Site, demo_fields: dict[str, Any]) -> None:
    """Olga, who owns the widgets of the sandbox's organization."""
    site.run(ADD_OWNER, demo_fields["organization_id"])


@pytest.fixture
def fresh(add_widget: Callable[..., None], page: Page, site: Site) -> Callable[..., Chat]:
    """The panel of a widget nobody has asked anything about: `fresh(connect_early=True)`."""

    def visit(**fields: object) -> Chat:
        key = uuid4().hex
        add_widget(key, **fields)
        page.goto(f"{site.chat_url}/w/{key}/")
        return Chat(page, page)

    return visit
