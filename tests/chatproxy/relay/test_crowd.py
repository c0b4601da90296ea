"""After a restart everybody comes back at once, and LiveChat sees them all as one address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from django.utils import timezone

from chatproxy.livechat.organization import Organization
from chatproxy.livechat.rtm import Visit
from chatproxy.models import Customer
from chatproxy.relay.pace import FIRST_PAUSE, Pace
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Snapshot, Update
from tests.sandbox_rig import Sandbox

CROWD = 40
FIRST_SECOND = 10  # logins that the settings allow in it, before any has succeeded
PATIENCE = 60  # seconds until the last of them must be there

REFUSED = 429


@pytest.fixture
def customers(
    transactional_db: None, organization: Organization, sandbox: Sandbox
) -> list[Customer]:
    """Their tokens are still good, as after a restart."""
    made = [Customer.objects.welcome("shop", organization)[0] for _ in range(CROWD)]
    sandbox.control("requests", method="DELETE")
    return made


@dataclass
class Logins:
    """As they begin here, on the loop's clock, however late LiveChat gets to see them."""

    begun: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    in_the_middle: Callable[[], object] | None = None  # happens before the next one begins

    def nobody_came(self, pause: float) -> bool:
        """For so many seconds after the refusal; who was on their way had begun before."""
        (refused,) = self.refused
        assert len(self.begun) > CROWD
        return not [begun for begun in self.begun if refused < begun < refused + pause]


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> Logins:
    made, begin, refuse = Logins(), Pace.begin, Pace.refuse

    def note_begin(pace: Pace, now: float) -> None:
        begin(pace, now)
        if now in made.begun:  # at the organization's door, then at the gate
            return
        made.begun.append(now)
        made.rates.append(pace.rate)
        if made.in_the_middle and len(made.begun) == CROWD // 2:
            made.in_the_middle()

    def note_refusal(pace: Pace, now: float, retry_after: float | None = None) -> None:
        made.refused.append(now)
        refuse(pace, now, retry_after)

    monkeypatch.setattr(Pace, "begin", note_begin)
    monkeypatch.setattr(Pace, "refuse", note_refusal)
    return made


@pytest_asyncio.fixture
async def relay(settings: Any) -> AsyncIterator[Relay]:
    settings.CHAT_RELAY_LOGINS_PER_SECOND = float(FIRST_SECOND)
    settings.CHAT_RELAY_LOGINS_AT_ONCE = CROWD // 4
    running = Relay()
    yield running
    await running.close()


class Crowd:
    """Comes back all at once, and knows who has seen their chat again."""

    def __init__(self, relay: Relay, customers: list[Customer], organization: Organization) -> None:
        self.arrived = 0
        self._moved = asyncio.Event()
        for customer in customers:
            relay.attach(customer, organization, Visit(), self.show)

    async def show(self, update: Update) -> None:
        if isinstance(update, Snapshot):
            self.arrived += 1
            self._moved.set()

    async def has(self, count: int) -> None:
        """Wait until so many are there."""
        async with asyncio.timeout(PATIENCE):
            while self.arrived < count:
                self._moved.clear()
                await self._moved.wait()


async def test_logins_begin_slowly_and_speed_up(
    relay: Relay, customers: list[Customer], organization: Organization, logins: Logins
) -> None:
    await Crowd(relay, customers, organization).has(CROWD)
    quarter = CROWD // 4
    assert len(logins.begun) == CROWD
    assert logins.begun[quarter] - logins.begun[0] > 0.5 * quarter / FIRST_SECOND
    assert logins.rates[0] == FIRST_SECOND
    assert logins.rates[-1] > 2 * FIRST_SECOND


@pytest.mark.usefixtures("soon")
async def test_one_refusal_slows_everybody_down(
    relay: Relay,
    customers: list[Customer],
    organization: Organization,
    sandbox: Sandbox,
    logins: Logins,
) -> None:
    fault = {"type": "too_many_requests", "method": "login", "transport": "rtm", "count": 1}
    logins.in_the_middle = partial(sandbox.fault, "error", **fault)
    await Crowd(relay, customers, organization).has(CROWD)
    assert logins.nobody_came(FIRST_PAUSE)


@pytest.mark.night  # by day a login is refused
@pytest.mark.usefixtures("soon")
async def test_a_token_refused_slows_everybody_down(
    relay: Relay,
    customers: list[Customer],
    organization: Organization,
    sandbox: Sandbox,
    logins: Logins,
) -> None:
    await Customer.objects.aupdate(fresh_until=timezone.now())
    stale = [customer async for customer in Customer.objects.all()]
    fault = {"status": REFUSED, "transport": "accounts", "count": 1, "retry_after": 2}
    logins.in_the_middle = partial(sandbox.fault, "status", **fault)
    await Crowd(relay, stale, organization).has(CROWD)
    assert logins.nobody_came(2)


@pytest.mark.usefixtures("soon")
async def test_a_crowd_that_livechat_limits_comes_in_with_few_refusals(
    relay: Relay, customers: list[Customer], organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.settings(license_requests_per_second=5, license_request_burst=4)
    await Crowd(relay, customers[: CROWD // 2], organization).has(CROWD // 2)
    asked = await asyncio.to_thread(sandbox.control, "requests?method=login", method="GET")
    refused = [login for login in asked if login["status"] == REFUSED]
    assert 1 <= len(refused) <= CROWD / 4
