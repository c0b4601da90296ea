"""Fixtures for tests of the panel: a widget of the sandbox's organization, and its visitors."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.apps import apps
from pytest_django import Settings

from tests.sandbox_rig import Sandbox
from tests.widget.browser_socket import BrowserSocket
from tests.widget.visitor import Visitor
from widget import availability
from widget.customers.views import panel
from widget.models import Widget
from widget.running import Running

AddWidget = Callable[..., Widget]
OpenSocket = Callable[..., BrowserSocket]


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Running:
    """A relay and counts that no other test has used."""
    fresh = Running()
    monkeypatch.setattr(apps.get_app_config("widget"), "running", fresh)
    return fresh


@pytest.fixture
def add_widget(db: None, sandbox: Sandbox, settings: Settings) -> AddWidget:
    """Configure a widget that reaches the sandbox: `add_widget("help", files=False)`."""
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    settings.SECURE_SSL_REDIRECT = False

    def add(key: str = "shop", **fields: Any) -> Widget:
        reachable = {
            name: sandbox.config[name] for name in ("organization_id", "client_id", "redirect_uri")
        }
        reachable["allowed_origins"] = ["https://shop.example"]
        return Widget.objects.create(key=key, **{"name": "Shop", **reachable, **fields})

    return add


@pytest.fixture
def long_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what LiveChat said a moment ago holds, or that it failed."""
    monkeypatch.setattr(availability, "AVAILABILITY_HOLDS", 600)
    monkeypatch.setattr(panel, "FAILURE_HOLDS", 600)


@pytest.fixture
def shop_widget(add_widget: AddWidget) -> Widget:
    """The widget `shop`, which https://shop.example may embed."""
    return add_widget()


@pytest.fixture
def visitor(shop_widget: Widget) -> Visitor:
    """Somebody who has not done anything yet."""
    return Visitor()


@pytest.fixture
def customer(visitor: Visitor) -> Visitor:
    """Somebody LiveChat knows."""
    visitor.introduce()
    return visitor


@pytest.fixture
async def open_socket(process: Running) -> AsyncIterator[OpenSocket]:
    """A browser's socket; what is open when the test ends is closed, LiveChat's side too."""
    from config.asgi import application

    opened = []

    def open_one(
        token: str,
        key: str = "shop",
        origin: str = "http://testserver",
        host: str = "testserver",
        path: str = "socket",
    ) -> BrowserSocket:
        socket = BrowserSocket(
            application,
            f"/w/{key}/{path}",
            headers=[(b"origin", origin.encode()), (b"host", host.encode())],
            subprotocols=["chat", f"bearer.{token}"],
        )
        opened.append(socket)
        return socket

    yield open_one
    for socket in opened:
        await socket.disconnect()
    await process.relay.close()
