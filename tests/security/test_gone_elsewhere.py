"""What one process ends is over in every other: two of them, and Redis."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import requests
import websockets
from redis import Redis

from tests.chaos.house import House
from tests.sandbox_rig import ROOT, Agent
from tests.waiting import PATIENCE, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House() as built:
        yield built


class Browser:
    """Asks one process, and listens at the other."""

    def __init__(self, house: House) -> None:
        self.house = house
        answer = requests.post(f"http://{house.url(0)}/customer", timeout=10)
        self.token = answer.headers["X-Chat-Token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}
        self.redis = Redis.from_url(house.environment["REDIS_URL"])

    async def tab(self) -> websockets.ClientConnection:
        """One that is shown the chat, in a process that hears of endings elsewhere."""
        await eventually(lambda: not self._is_heard())  # by a tab of an earlier test
        protocols = [websockets.Subprotocol(p) for p in ("chat", f"bearer.{self.token}")]
        socket = await websockets.connect(
            f"ws://{self.house.url(1)}/socket",
            subprotocols=protocols,
            origin=websockets.Origin(f"http://{self.house.url(1).partition('/')[0]}"),
        )
        await socket.send(json.dumps({"hello": {"language": "en", "zone": "UTC", "event": ""}}))
        assert await asyncio.wait_for(socket.recv(), PATIENCE)
        await eventually(self._is_heard)
        return socket

    def _is_heard(self) -> bool:
        """Whether a process would hear of an ending in another."""
        return bool(self.redis.pubsub_channels("*endings"))


async def code_of(tab: websockets.ClientConnection) -> int | None:
    """The code with which the server closes the tab: it is told, and nobody looks by themselves."""
    with suppress(websockets.ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                await tab.recv()
    return tab.close_code


def manage(house: House, *command: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=house.environment, check=True
    )


def forget_me_at_the_other(house: House, browser: Browser) -> None:
    url = f"http://{house.url(0)}/customer"
    assert requests.delete(url, headers=browser.headers, timeout=10).status_code == 204


def log_out_at_the_other(house: House, browser: Browser) -> None:
    url = f"http://{house.url(0)}/logout"
    assert requests.post(url, headers=browser.headers, timeout=10).status_code == 204


def erase_by_command(house: House, browser: Browser) -> None:
    requests.post(
        f"http://{house.url(0)}/events",
        {"text": "Hello", "custom_id": "hello-0001"},
        headers=browser.headers,
        timeout=10,
    )
    chat = Agent(house.sandbox).chats()[0]
    [customer] = [user for user in chat["users"] if user["type"] == "customer"]
    manage(house, "erase_customer", customer["id"])


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (forget_me_at_the_other, 4401),
        pytest.param(log_out_at_the_other, 4401, marks=pytest.mark.night),
        pytest.param(erase_by_command, 4401, marks=pytest.mark.night),
    ],
)
async def test_an_ending_reaches_the_other_process(
    house: House, end: Callable[[House, Browser], None], code: int
) -> None:
    browser = Browser(house)
    tab = await browser.tab()
    await asyncio.to_thread(end, house, browser)
    assert await code_of(tab) == code


def switch_widget(house: House, enabled: bool) -> None:
    change = f"w.enabled = {enabled}; w.save()"
    find = "from widget.models import Widget; w = Widget.objects.get(); "
    manage(house, "shell", "-v0", "-c", find + change)


@pytest.fixture
def widget_on_again(house: House) -> Iterator[None]:
    """The house is shared: the tests that come next, in any order, need its widget."""
    yield
    switch_widget(house, enabled=True)


@pytest.mark.night  # by day another ending
@pytest.mark.usefixtures("widget_on_again")
async def test_a_widget_switched_off_closes_in_every_process(house: House) -> None:
    browser = Browser(house)
    tab = await browser.tab()
    await asyncio.to_thread(switch_widget, house, enabled=False)
    assert await code_of(tab) == 4404
