"""Where customers line up to log in: so many at once, and as fast as the pace allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatproxy.livechat.errors import LiveChatError, Unreachable
from chatproxy.livechat.rtm import Disconnected
from chatproxy.relay.pace import Pace, is_refusal_of_all


class Gate:
    """One for a process: LiveChat sees all its customers as one address."""

    def __init__(self, at_once: int, pace: Pace) -> None:
        self.pace = pace
        self._at_once = asyncio.Semaphore(at_once)
        self._line = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter in the order of coming; whoever leaves without an error has logged in."""
        async with self._at_once:
            await self._wait()
            yield
            self.pace.succeed()

    async def _wait(self) -> None:
        clock = asyncio.get_running_loop().time
        async with self._line:
            while seconds := self.pace.wait(clock()):  # noqa: ASYNC110 - it may have grown
                await asyncio.sleep(seconds)
            self.pace.begin(clock())

    def hear(self, end: Disconnected | LiveChatError) -> None:
        """Slow down, if it is not about one customer alone."""
        if is_refusal_of_all(end):
            retry_after = end.retry_after if isinstance(end, Unreachable) else None
            self.pace.refuse(asyncio.get_running_loop().time(), retry_after)
