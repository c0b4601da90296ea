"""Where customers line up to log in: so many at once, and as fast as the pace allows.

LiveChat sees all customers of a process as one address, but it limits and bans by organization:
so there is a pace for everybody and one for each organization, and no tenant waits for another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from chatproxy.livechat.errors import LiveChatError, Unreachable
from chatproxy.livechat.rtm import Disconnected
from chatproxy.models import Customer
from chatproxy.relay.bans import MANY, Bans
from chatproxy.relay.pace import (
    Pace,
    is_ban,
    is_refusal_of_address,
    is_refusal_of_organization,
    is_silence,
)

# How many of an organization may be in the gate's line at once. Each is called in a round of the
# event loop of its own: one alone would leave places empty after a restart.
FIRST_ONES = 8


class Gate:
    """One for a process. Its doors lead to it, one for each organization."""

    def __init__(self, at_once: int, first_rate: float, longest_pause: float) -> None:
        self.pace = Pace(first_rate, longest_pause)
        self.places = asyncio.Semaphore(at_once)
        self.line = asyncio.Lock()
        self._longest_pause = longest_pause
        self._doors: WeakValueDictionary[str, Door] = WeakValueDictionary()

    def door(self, organization_id: str) -> Door:
        """The organization's, which lasts as long as some customer of theirs holds it."""
        door = self._doors.get(organization_id)
        if door is None:
            door = Door(self, Pace(self.pace.rate, self._longest_pause))
            self._doors[organization_id] = door
        return door


class Door:
    """An organization's. The first in its line are among those in the line of the gate."""

    def __init__(self, gate: Gate, pace: Pace) -> None:
        self.pace = pace
        self._gate = gate
        self._line = asyncio.Semaphore(FIRST_ONES)
        self._bans = Bans()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter in the order of coming; whoever leaves without an error has logged in.

        Who gets no answer has kept a place from everybody for long: the next waits before that.
        """
        async with self._line:
            while not await self._enter():
                pass
        try:
            yield
            self.pace.succeed()
            self._gate.pace.succeed()
        except Unreachable as error:
            if is_silence(error):
                self.pace.refuse(asyncio.get_running_loop().time())
            raise
        finally:
            self._gate.places.release()

    async def _enter(self) -> bool:
        """Whether it was possible: the organization may be refused while we wait for others."""
        await _wait(self.pace)
        await self._gate.places.acquire()
        entered = False
        try:
            async with self._gate.line:
                await _wait(self._gate.pace)
                now = asyncio.get_running_loop().time()
                entered = not self.pace.wait(now)
                if entered:
                    self.pace.begin(now)
                    self._gate.pace.begin(now)
        finally:
            if not entered:
                self._gate.places.release()
        return entered

    def hear(self, customer: Customer, end: Disconnected | LiveChatError) -> None:
        """Slow down, if it is not about this one customer alone."""
        if is_refusal_of_address(end):
            pace = self._gate.pace
        elif is_refusal_of_organization(end) or self._is_ban_of_many(customer, end):
            pace = self.pace
        else:
            return
        retry_after = end.retry_after if isinstance(end, Unreachable) else None
        pace.refuse(asyncio.get_running_loop().time(), retry_after)

    def _is_ban_of_many(self, customer: Customer, end: Disconnected | LiveChatError) -> bool:
        return is_ban(end) and self._bans.meet(customer) >= MANY


async def _wait(pace: Pace) -> None:
    clock = asyncio.get_running_loop().time
    while seconds := pace.wait(clock()):  # noqa: ASYNC110 - it may have grown
        await asyncio.sleep(seconds)
