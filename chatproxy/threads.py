"""Threads for whoever asks the database and the cache from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """So many. They end with whoever holds them, or with the process.

    Channels' `database_sync_to_async` has a single thread for the whole process, the project's own
    sockets included: whoever waits in it for the database, for Redis or for anything holds up all
    the others. And it carries contexts there and back, which takes longer than the way itself.
    """

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        there = partial(_with_live_connections, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, there)


def _with_live_connections(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """To the database, as Django has it for each request."""
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
