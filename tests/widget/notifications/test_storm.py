"""Push services fail, connections break and processes die: each answer is told once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually
from tests.widget.notifications.conftest import Process, in_thread
from tests.widget.notifications.push_service import PushService
from tests.widget.visitor import Visitor
from widget.models import Subscription
from widget.notifications.listening import MOST_TRIES

ANSWERS: list[list[int | str]] = [[], [500], ["late"], [429, 503], ["late", "late"], [500, "late"]]


class Storm:
    """Begins as calm weather; `break_something` brings one fault."""

    def __init__(self, push_service: PushService, sandbox: Sandbox) -> None:
        self.push_service, self.sandbox = push_service, sandbox
        self.chance = random.Random()
        self.process = Process()
        self.deaths = self.late = 0

    async def break_something(self) -> None:
        faults: list[Callable[[], Awaitable[None]]] = [self.fail, self.fail, self.drop, self.kill]
        await self.chance.choice(faults)()

    async def fail(self) -> None:
        """The push service fails, or takes a notification without saying so.

        Not as long as it fails from before: what fails too often is given up. That it has nothing
        left to do from before does not tell, because what comes late is not known to have come.
        """
        tries = (await Subscription.objects.aget()).tries
        if not self.push_service.answers and tries < MOST_TRIES // 2:
            answers = self.chance.choice(ANSWERS)
            self.late += answers.count("late")
            self.push_service.answers += answers

    async def drop(self) -> None:
        await in_thread(self.sandbox.fault, "drop")

    async def kill(self) -> None:
        """At any moment of what comes next; another process takes over."""
        await asyncio.sleep(self.chance.uniform(0, 0.1))
        await self.process.die()
        self.deaths += 1
        self.process = Process()


@pytest.mark.parametrize(
    "rounds", [12, pytest.param(1000, marks=[pytest.mark.night, pytest.mark.timeout(3600)])]
)
async def test_no_answer_is_lost_or_told_twice(
    gone: Visitor,
    push_service: PushService,
    sandbox: Sandbox,
    agent: Agent,
    monkeypatch: pytest.MonkeyPatch,
    rounds: int,
) -> None:
    monkeypatch.setattr(
        "chatproxy.relay.reactions.random.uniform", lambda shortest, _longest: shortest / 50
    )
    storm = Storm(push_service, sandbox)
    phone = push_service.devices["phone"]
    chat_id = (await in_thread(agent.chats))[0]["id"]
    answers: list[str] = []
    for number in range(rounds):
        broken = asyncio.create_task(storm.break_something())
        answers.append(await in_thread(agent.send, chat_id, f"Answer {number}"))
        await broken
        await eventually(lambda: [news["id"] for news in phone.shown] == answers)
    await storm.process.die()
    # What comes twice is what a process could not know, and the service worker does.
    assert len(phone.received) - len(phone.shown) <= storm.late + storm.deaths
