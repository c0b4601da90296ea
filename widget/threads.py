"""Threads for whoever asks the database and the cache from the event loop."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from channels.db import database_sync_to_async


def in_threads(count: int, name: str) -> Callable[..., Any]:
    """As Channels' `database_sync_to_async`, in so many threads of its own.

    Channels has a single one for the whole process, the project's own sockets included: whoever
    waits in it for the database, for Redis or for anything holds up all the others.
    """
    threads = ThreadPoolExecutor(count, name)
    return partial(database_sync_to_async, thread_sensitive=False, executor=threads)
