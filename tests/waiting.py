"""Waiting for what tells nobody that it has happened: it is looked for again and again."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 30  # seconds until something hangs, on a busy machine
LOOK_EVERY = 0.05  # seconds


async def eventually(holds: Callable[[], Any]) -> None:
    """Wait until what `holds` answers is so; it may answer with something to await."""
    async with asyncio.timeout(PATIENCE):
        while not await answer_of(holds):  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(LOOK_EVERY)


async def answer_of(question: Callable[[], Any]) -> Any:
    answer = question()
    return await answer if inspect.isawaitable(answer) else answer


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """The same for a test that waits in a thread of its own."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds} seconds")
        time.sleep(LOOK_EVERY)
