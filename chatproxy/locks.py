"""One at a time, across worker threads and processes."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from chatproxy.livechat.errors import ServiceUnavailable

HELD_AT_MOST = 30  # seconds: longer than a slow call; a killed holder blocks no longer
WAIT_AT_MOST = 20  # seconds
PAUSE = 0.02  # seconds between two looks


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Enter when nobody else is inside under this name. Raises ServiceUnavailable."""
    key, mine = f"lock:{name}", secrets.token_hex(8)
    deadline = time.monotonic() + WAIT_AT_MOST
    while not cache.add(key, mine, timeout=HELD_AT_MOST):
        if time.monotonic() > deadline:
            raise ServiceUnavailable(f"{name} is held for too long")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        if cache.get(key) == mine:  # it may have run out and be another's now
            cache.delete(key)
