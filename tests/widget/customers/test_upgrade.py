"""A websocket's address reaches Django as a plain request: somebody set up a server wrongly."""

import pytest
from django.test import Client

from widget.customers.views.upgrade import say_once

UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    say_once.cache_clear()


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
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert [cause in error for error in errors] == [True]
