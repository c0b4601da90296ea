"""One at a time, across worker threads and processes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from .errors import ServiceUnavailable

HELD_AT_MOST = 40  # seconds: longer than the slowest call, so that a killed holder does not block
PAUSE = 0.02  # seconds between two looks


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Enter when nobody else is inside under this name. Raises ServiceUnavailable."""
    key = f"lock:{name}"
    deadline = time.monotonic() + HELD_AT_MOST
    while not cache.add(key, True, timeout=HELD_AT_MOST):
        if time.monotonic() > deadline:
            raise ServiceUnavailable(f"{name} is held for too long")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        cache.delete(key)
