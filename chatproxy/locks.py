"""One at a time, across the threads of this process and, with Redis, across processes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakValueDictionary

from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from chatproxy.livechat.errors import ServiceUnavailable
from chatproxy.redis import key_of, shared_redis

logger = logging.getLogger(__name__)

LEASE = 10.0  # seconds after which Redis frees what a killed process holds
RENEW_EVERY = 3.0  # seconds, for as long as the work lasts
WAIT_AT_MOST = 20.0  # seconds
PAUSE = 0.02  # seconds between two looks


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Enter when nobody else is inside under this name, for however long the work lasts.

    Without Redis other processes are not held back; nor are they while it is away, because people
    go on talking then. Raises ServiceUnavailable when somebody is inside for too long.
    """
    deadline = time.monotonic() + WAIT_AT_MOST
    mine = threads.lock(name)
    if not mine.acquire(timeout=WAIT_AT_MOST):
        raise ServiceUnavailable(f"{name} is held for too long")
    try:
        lease = _take(name, deadline - time.monotonic())
        try:
            yield
        finally:
            if lease:
                _give_back(lease)
    finally:
        mine.release()


class ThreadLocks:
    """A lock for each name, for as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._guard = threading.Lock()

    def lock(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())


class Leases:
    """What this process holds in Redis. A thread renews it, because the work may take long."""

    def __init__(self) -> None:
        self._held: set[Lock] = set()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, lease: Lock) -> None:
        with self._guard:
            self._held.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew, name="leases", daemon=True)
                self._thread.start()

    def remove(self, lease: Lock) -> None:
        with self._guard:
            self._held.discard(lease)

    def _renew(self) -> None:
        while True:
            time.sleep(RENEW_EVERY)
            for lease in tuple(self._held):
                try:
                    lease.reacquire()
                except RedisError as error:  # given back meanwhile, or Redis is away
                    logger.info("a lock was not renewed: %s", error)


threads = ThreadLocks()
leases = Leases()


def _take(name: str, seconds: float) -> Lock | None:
    """The lock among processes; None if there is no Redis to ask. Raises ServiceUnavailable."""
    redis = shared_redis()
    if redis is None:
        return None
    lease: Lock = redis.lock(key_of(f"lock:{name}"), timeout=LEASE, sleep=PAUSE, thread_local=False)
    try:
        taken = lease.acquire(blocking_timeout=max(0, seconds))
    except RedisError as error:
        logger.warning("a lock is this process's alone: %s", type(error).__name__)
        return None
    if not taken:
        raise ServiceUnavailable(f"{name} is held for too long")
    leases.add(lease)
    return lease


def _give_back(lease: Lock) -> None:
    leases.remove(lease)
    with suppress(LockError, RedisError):  # it ran out while Redis was away: another's now
        lease.release()
