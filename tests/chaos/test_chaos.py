"""A short storm loses, doubles and shuffles nothing, and the suite notices when one would."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.chatproxy.people import has_begun
from tests.sandbox_rig import Agent
from tests.waiting import eventually

from .house import House
from .people import Customer
from .storm import Findings, Storm, storm

SEED = 20_261_121


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seconds", [10, pytest.param(60, marks=pytest.mark.night)])
def test_a_storm_loses_doubles_and_shuffles_nothing(seconds: int) -> None:
    findings = storm(seconds=seconds, seed=SEED)
    print(findings)  # noqa: T201 - the figures are what it is for
    assert findings.all_is_well, str(findings)
    assert findings.killed
    assert findings.faults.total() > seconds / 2
    assert findings.events > 2.5 * seconds


def storms(broken: str, *, seconds: float, settle: float) -> Iterator[Findings]:
    """A few storms over the same broken house: chance alone may spare it once."""
    for seed in range(SEED, SEED + 4):
        yield storm(seconds=seconds, seed=seed, broken=broken, settle=settle)


@pytest.mark.night  # they try the storm itself
@pytest.mark.timeout(300)
def test_without_resume_events_are_missed() -> None:
    assert any(findings.lost for findings in storms("resume", seconds=10, settle=8))


@pytest.mark.night  # they try the storm itself
@pytest.mark.timeout(300)
def test_without_upsert_events_stand_twice_or_in_the_wrong_place() -> None:
    found = storms("upsert", seconds=8, settle=3)
    assert any(findings.doubled or findings.out_of_order for findings in found)


@pytest.mark.night  # they try the storm itself
@pytest.mark.timeout(300)
def test_without_looking_up_messages_are_doubled() -> None:
    doubled = (findings.doubled for findings in storms("lookup", seconds=10, settle=3))
    assert any(each.startswith("text-") for events in doubled for each in events)


async def write_until(storm: Storm, over: asyncio.Event) -> None:
    """Every customer writes one line after the other."""

    async def write(customer: Customer) -> None:
        while not over.is_set():
            await customer.write_plainly()

    await asyncio.gather(*map(write, storm.customers))


async def everybody_writes(storm: Storm) -> None:
    """Until each has written twice more."""
    written = [len(customer.texts) for customer in storm.customers]
    while any(  # noqa: ASYNC110 - they do not tell us
        len(customer.texts) < before + 2
        for customer, before in zip(storm.customers, written, strict=True)
    ):
        await asyncio.sleep(0.02)


@pytest.mark.night  # by day the storm stops them as well, and the next test one
@pytest.mark.timeout(300)
def test_restarting_one_process_after_the_other_loses_nothing_and_shows_no_error() -> None:
    async def restart_all(storm: Storm) -> None:
        for customer in storm.customers:
            await customer.introduce()
            customer.open_tab()
        over = asyncio.Event()
        writing = asyncio.create_task(write_until(storm, over))
        for process in storm.house.processes:
            await everybody_writes(storm)
            await process.end(signal.SIGTERM)
        over.set()
        await writing
        assert [text.refusal for each in storm.customers for text in each.marked] == []
        await storm.calm()

    with House() as house:
        storm = Storm(house, SEED)
        house.settings(requests_per_second=None)
        asyncio.run(restart_all(storm))
    assert storm.findings.all_is_well, str(storm.findings)


@pytest.mark.timeout(300)
def test_on_sigterm_a_send_is_finished_browsers_go_elsewhere_and_livechat_is_left() -> None:
    with House() as house:
        agent = Agent(house.sandbox)
        url, process = house.url(0), house.processes[0].process
        token = requests.post(f"http://{url}/customer", timeout=60).headers["X-Chat-Token"]
        with connect(f"ws://{url}/socket", subprotocols=["chat", f"bearer.{token}"]) as browser:  # type: ignore[list-item]
            browser.send('{"hello": {"event": "", "language": "en", "zone": "UTC"}}')
            while "snapshot" not in (html := str(browser.recv(timeout=60))) and "state" not in html:
                pass
            house.settings(offline_grace=0)
            house.sandbox.fault("latency", method="start_chat", seconds=2, when="before", count=1)
            status = asyncio.run(send_while_it_ends(house, url, token, process))
            with suppress(ConnectionClosed):
                while True:
                    browser.recv(timeout=60)
        assert status == 204
        assert browser.close_code == 1012
        assert process.wait(60) == 0
        [chat] = agent.chats()
        customer_id = next(user["id"] for user in chat["users"] if user["type"] == "customer")
        assert not agent.call("get_customer", id=customer_id)["online"]


async def send_while_it_ends(
    house: House, url: str, token: str, process: subprocess.Popen[bytes]
) -> int:
    """The status of a message that is on its way when the process is told to stop."""
    sending = asyncio.create_task(
        asyncio.to_thread(
            requests.post,
            f"http://{url}/events",
            data={"text": "Just in time", "custom_id": "just-in-time"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
    )
    await eventually(lambda: has_begun(house.sandbox))
    process.terminate()
    return (await sending).status_code
