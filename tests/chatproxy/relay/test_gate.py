"""Logins wait for their organization and for our address, never for another organization."""

from __future__ import annotations

import asyncio
import gc

import pytest

from chatproxy.livechat.errors import (
    CustomerBanned,
    NotConnected,
    RequestTimeout,
    TooManyRequests,
    Unreachable,
)
from chatproxy.livechat.rtm import Disconnected
from chatproxy.models import Customer
from chatproxy.relay import pace
from chatproxy.relay.bans import MANY
from chatproxy.relay.gate import Door, Gate
from tests.waiting import PATIENCE, eventually

AT_ONCE = 3
OVER_QUOTA = TooManyRequests(data={"retry_after": 600})


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Its pauses do not end during a test."""
    monkeypatch.setattr(pace, "FIRST_PAUSE", 600.0)
    return Gate(AT_ONCE, first_rate=100.0, longest_pause=600.0)


def somebody(pk: int = 1) -> Customer:
    return Customer(pk=pk, organization_id="shop")


async def log_in(door: Door) -> None:
    async with door.turn():
        pass


async def may_log_in(door: Door) -> bool:
    async with asyncio.timeout(PATIENCE):
        await log_in(door)
    return True


async def must_wait(door: Door) -> bool:
    """At least for a moment; the pauses of these tests take longer than the test."""
    waiting = asyncio.create_task(log_in(door))
    ended, _waits = await asyncio.wait([waiting], timeout=0.2)
    waiting.cancel()
    return not ended


async def test_an_organization_over_its_quota_waits(gate: Gate) -> None:
    shop = gate.door("shop")
    shop.hear(somebody(), OVER_QUOTA)
    assert await must_wait(shop)


async def test_an_organization_over_its_quota_holds_up_no_other(gate: Gate) -> None:
    shop, cafe = gate.door("shop"), gate.door("cafe")
    shop.hear(somebody(), OVER_QUOTA)
    crowd = [asyncio.create_task(log_in(shop)) for _ in range(2 * AT_ONCE)]
    assert await may_log_in(cafe)
    assert not any(task.done() for task in crowd)
    for task in crowd:
        task.cancel()


async def test_an_organization_refused_while_its_first_waits_for_others_lets_others_pass(
    gate: Gate,
) -> None:
    shop, cafe = gate.door("shop"), gate.door("cafe")
    async with gate.line:
        first = asyncio.create_task(log_in(shop))
        await asyncio.sleep(0)  # it is in the line of the gate
        shop.hear(somebody(), OVER_QUOTA)
    assert await may_log_in(cafe)
    assert not first.done()
    first.cancel()


async def test_one_banned_customer_holds_up_nobody(gate: Gate) -> None:
    shop = gate.door("shop")
    for _ in range(2 * MANY):
        shop.hear(somebody(), CustomerBanned())
    assert await may_log_in(shop)


@pytest.mark.parametrize("ban", [CustomerBanned(), Disconnected("customer_banned")])
async def test_many_banned_customers_slow_down_their_organization_alone(
    gate: Gate, ban: CustomerBanned | Disconnected
) -> None:
    shop, cafe = gate.door("shop"), gate.door("cafe")
    before = shop.pace.rate
    for pk in range(1, MANY + 1):
        shop.hear(somebody(pk), ban)
    assert shop.pace.rate < before
    assert await may_log_in(cafe)


async def test_what_is_said_of_our_address_holds_up_everybody(gate: Gate) -> None:
    refused = Disconnected("too_many_unauthorized_connections")
    gate.door("shop").hear(somebody(), refused)
    assert await must_wait(gate.door("cafe"))


async def test_a_region_that_is_down_holds_up_nobody_of_another(gate: Gate) -> None:
    shop, cafe = gate.door("shop"), gate.door("cafe")
    shop.hear(somebody(), NotConnected())
    assert await may_log_in(cafe)
    assert await must_wait(shop)


@pytest.mark.parametrize("silence", [Unreachable("no answer"), RequestTimeout()])
async def test_an_organization_that_gets_no_answer_leaves_places_for_others(
    gate: Gate, silence: Unreachable
) -> None:
    """They would be taken again at once by the next of its customers, for as long."""
    shop, cafe, gives_up = gate.door("shop"), gate.door("cafe"), asyncio.Event()

    async def wait_in_vain() -> None:
        async with shop.turn():
            await gives_up.wait()
            raise silence

    crowd = [asyncio.create_task(wait_in_vain()) for _ in range(3 * AT_ONCE)]
    await eventually(gate.places.locked)
    gives_up.set()
    gives_up.clear()
    assert await may_log_in(cafe)
    assert sum(task.done() for task in crowd) == AT_ONCE
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)


async def test_so_many_log_in_at_once(gate: Gate) -> None:
    inside, is_over = 0, asyncio.Event()

    async def stay(door: Door) -> None:
        nonlocal inside
        async with door.turn():
            inside += 1
            await is_over.wait()

    doors = [gate.door(f"{number}") for number in range(2 * AT_ONCE)]
    tasks = [asyncio.create_task(stay(door)) for door in doors]
    await eventually(gate.places.locked)
    assert inside == AT_ONCE
    is_over.set()
    await asyncio.gather(*tasks)
    assert inside == 2 * AT_ONCE


async def test_who_gives_up_waiting_leaves_the_place_to_the_next(gate: Gate) -> None:
    shop, cafe = gate.door("shop"), gate.door("cafe")
    async with gate.line:
        for _ in range(AT_ONCE):
            waiting = asyncio.create_task(log_in(shop))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    assert await may_log_in(cafe)


async def test_an_organization_nobody_is_here_of_is_forgotten(gate: Gate) -> None:
    door = gate.door("shop")
    assert gate.door("shop") is door
    del door
    gc.collect()
    assert not gate._doors
