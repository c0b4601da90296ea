"""Somebody set up a server that opens no websockets, or a proxy that lets none through."""

import pytest
from django.test import Client

from tests.widget.visitor import Visitor
from widget.customers.views import upgrade
from widget.models import Widget

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    upgrade.say_once.cache_clear()


@pytest.mark.parametrize("name", ["socket", "visit"])
def test_a_websocket_is_no_page(client: Client, name: str) -> None:
    answer = client.get(f"/w/shop/{name}")
    assert (answer.status_code, answer["Upgrade"]) == (426, "websocket")


@pytest.mark.parametrize(("headers", "cause"), [(UPGRADE, "ASGI"), ({}, "proxy")])
def test_whoever_runs_the_server_is_told_once_what_is_wrong(
    client: Client, caplog: pytest.LogCaptureFixture, headers: dict[str, str], cause: str
) -> None:
    for _ in range(2):
        client.get("/w/shop/socket", headers=headers)
    errors = [record.message for record in caplog.records if record.name == upgrade.__name__]
    assert [cause in error for error in errors] == [True]


def test_a_server_without_asgi_is_not_held_by_a_stream(shop_widget: Widget) -> None:
    """Django's ordinary test client is one: it would wait for the end."""
    visitor = Visitor()
    visitor.introduce()
    assert visitor.ask("get", "stream").status_code == 501
