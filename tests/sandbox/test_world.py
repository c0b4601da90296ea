"""The world a server holds: whom it tells, and what it forgets when it starts afresh."""

import asyncio

import pytest

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.structures import Organization, Push
from livechat_sandbox.world.seed import ORGANIZATION_ID
from livechat_sandbox.world.world import World


@pytest.fixture
async def world() -> World:
    """Its timers need a running loop."""
    return World("http://localhost")


class Listener:
    def __init__(self, heard: list[str], *, fails: bool = False) -> None:
        self.heard, self.fails = heard, fails

    def hears(self, organization: Organization, push: Push) -> None:
        if self.fails:
            raise KeyError
        self.heard.append(push.action)

    def forget(self) -> None:
        self.heard.clear()


async def test_a_listener_that_fails_keeps_no_push_from_the_others(world: World) -> None:
    heard: list[str] = []
    world.listeners = [Listener(heard, fails=True), Listener(heard)]
    shop = world.organizations[ORGANIZATION_ID]
    for action in ("first", "second"):
        pushes.to_all_agents(shop, action, {})
    world.deliver(shop)
    assert heard == ["first", "second"]


async def test_a_timer_that_fails_does_not_stop_the_clock(world: World) -> None:
    def fail() -> None:
        raise KeyError

    rang = asyncio.Event()
    world.clock.call_later(0, fail)
    world.clock.call_later(0.01, rang.set)
    world.set_alarm()
    await asyncio.wait_for(rang.wait(), 5)
