"""Threads for whoever asks the database and the cache from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")


def in_threads(
    count: int, name: str
) -> Callable[[Callable[P, T]], Callable[P, Coroutine[Any, Any, T]]]:
    """A decorator: what it decorates runs in one of so many threads, and is awaited.

    Channels' `database_sync_to_async` has a single thread for the whole process, the project's own
    sockets included: whoever waits in it for the database, for Redis or for anything holds up all
    the others. And it carries contexts there and back, which takes longer than the way itself.
    """
    threads = ThreadPoolExecutor(count, name)

    def in_thread(work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(work)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            there = partial(_with_live_connections, work, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(threads, there)

        return run

    return in_thread


def _with_live_connections(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """To the database, as Django has it for each request."""
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
