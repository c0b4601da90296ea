"""One at a time, across the threads of this process and, with Redis, across processes."""

from __future__ import annotations

import logging
import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from django.core.cache import cache
from redis import Redis
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from chatproxy.livechat.errors import ServiceUnavailable
from chatproxy.redis import key_of, shared_redis
from chatproxy.service import chatproxy_app
from chatproxy.turns import let_others_run

logger = logging.getLogger(__name__)

LEASE = 10.0  # seconds after which Redis frees what a killed process holds
RENEW_EVERY = 1.0  # seconds, for as long as the work lasts
WAIT_AT_MOST = 20.0  # seconds
PAUSE = 0.02  # seconds between two looks


@dataclass(slots=True)
class Note:
    """A time that one turn leaves for the next, 0 for "settled".

    During a turn it is `settles_in` seconds from now, should our process die in it; after it,
    whatever is in `left`. `found` is what the turn before left, None for nothing.
    """

    name: str
    settles_in: float
    kept: int  # seconds
    found: float | None = None
    left: float = 0

    def open(self) -> int:
        """From now on it is unsettled again."""
        self.left = time.time() + self.settles_in
        return self.written

    def time_in(self, kept: bytes) -> float:
        """What a turn before has written; if another version of us did, in its own way, that counts
        as unsettled from now on: something may have been tried."""
        try:
            return float(kept)
        except ValueError:
            return time.time() + self.settles_in

    @property
    def written(self) -> int:
        """What is kept of `left`: a whole number is all that a script in Redis and Django's cache
        write alike, and while Redis comes and goes either reads what the other wrote."""
        return math.ceil(self.left)


@contextmanager
def one_at_a_time(name: str, note: Note | None = None) -> Iterator[None]:
    """Enter when nobody else is inside under this name, for however long the work lasts.

    A note is read and written on the way in, and written on the way out; not by whoever comes back
    when the lease has run out: the note is somebody else's by then.

    Without Redis other processes are not held back; nor are they while it is away, because people
    go on talking then. Raises ServiceUnavailable when somebody is inside for too long.
    """
    deadline = time.monotonic() + WAIT_AT_MOST
    mine = chatproxy_app().thread_locks.lock(name)
    if not mine.acquire(blocking=False):
        with let_others_run():
            taken = mine.acquire(timeout=WAIT_AT_MOST)
        if not taken:
            raise ServiceUnavailable(f"{name} is held for too long")
    try:
        lease = _take(name, deadline - time.monotonic(), note)
        if lease is None and note:
            note.found = cache.get(note.name)
            cache.set(note.name, note.open(), note.kept)
        try:
            yield
        finally:
            if lease:
                _give_back(lease)
            elif note:
                cache.set(note.name, note.written, note.kept)
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
    """What this process holds in Redis. A thread renews it, because the work may take long.

    It also gives back what Redis did not confirm when it was taken or given back, for otherwise
    nobody could enter until the lease is over.
    """

    def __init__(self) -> None:
        self._held: set[Lock] = set()
        self._owed: dict[str, tuple[Lock, float]] = {}  # by its token; until it is over
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._never = threading.Event()

    def add(self, lease: Lock) -> None:
        with self._guard:
            self._held.add(lease)
            self._begin()

    def remove(self, lease: Lock) -> None:
        with self._guard:
            self._held.discard(lease)

    def owe(self, lease: Lock, token: str) -> None:
        with self._guard:
            self._owed[token] = lease, time.monotonic() + LEASE
            self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)
            self._thread.start()

    def _keep(self) -> None:
        while not self._never.wait(RENEW_EVERY):
            for lease in tuple(self._held):
                try:
                    lease.reacquire()
                except RedisError as error:  # given back meanwhile, or Redis is away
                    logger.info("a lock was not renewed: %s", error)
                except Exception:  # without this thread no other would be renewed, either
                    logger.exception("a lock was not renewed")
            self._give_back_what_is_owed()

    def _give_back_what_is_owed(self) -> None:
        for token, (lease, until) in tuple(self._owed.items()):
            try:
                Lock.do_release(lease, token)  # its note stays as it is: who comes next looks
            except LockError:  # it was never taken, or is another's now
                pass
            except RedisError:
                if time.monotonic() < until:
                    continue  # Redis is still away
            except Exception:
                logger.exception("a lock was not given back")
            del self._owed[token]


TAKE = """
if not redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then return {0} end
local found = redis.call("GET", KEYS[2])
redis.call("SET", KEYS[2], ARGV[3], "EX", ARGV[4])
return {1, found}
"""
GIVE_BACK = """
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[2], ARGV[2], "EX", ARGV[3])
return redis.call("DEL", KEYS[1])
"""


class NotedLock(Lock):
    """Redis's lock, taken and given back together with a note: in one round trip each."""

    note: Note

    def do_acquire(self, token: str) -> bool:
        note = self.note
        arguments = (token, int(LEASE * 1000), note.open(), note.kept)
        answer = self.redis.eval(TAKE, 2, self.name, key_of(note.name), *arguments)
        note.found = note.time_in(answer[1]) if answer[1:] and answer[1] is not None else None
        return bool(answer[0])

    def do_release(self, expected_token: str) -> None:
        arguments = (expected_token, self.note.written, self.note.kept)
        self.redis.eval(GIVE_BACK, 2, self.name, key_of(self.note.name), *arguments)


def _take(name: str, seconds: float, note: Note | None) -> Lock | None:
    """The lock among processes; None if there is no Redis to ask. Raises ServiceUnavailable."""
    redis = shared_redis()
    if redis is None:
        return None
    lease, token = _lease(redis, key_of(f"lock:{name}"), note), secrets.token_hex(16)
    try:
        taken = lease.acquire(blocking=False, token=token)
        if not taken:
            with let_others_run():
                taken = lease.acquire(blocking_timeout=max(0, seconds), token=token)
    except BaseException as error:
        chatproxy_app().leases.owe(lease, token)  # it may have been taken
        if not isinstance(error, RedisError):
            raise
        logger.warning("a lock is this process's alone: %s", type(error).__name__)
        return None
    if not taken:
        raise ServiceUnavailable(f"{name} is held for too long")
    chatproxy_app().leases.add(lease)
    return lease


def _lease(redis: Redis, key: str, note: Note | None) -> Lock:
    if note is None:
        return Lock(redis, key, timeout=LEASE, sleep=PAUSE, thread_local=False)
    lease = NotedLock(redis, key, timeout=LEASE, sleep=PAUSE, thread_local=False)
    lease.note = note
    return lease


def _give_back(lease: Lock) -> None:
    chatproxy_app().leases.remove(lease)
    token = lease.local.token
    try:
        lease.release()
    except LockError:  # it ran out while Redis was away: another's now
        pass
    except RedisError:
        chatproxy_app().leases.owe(lease, token)
