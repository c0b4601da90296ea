"""One at a time, however long the work lasts: threads, and processes with Redis."""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache import caches
from redis import Redis
from redis.exceptions import RedisError
from redis.lock import Lock

from chatproxy import locks
from chatproxy.cache import ForgivingRedisCache
from chatproxy.livechat.errors import ServiceUnavailable
from chatproxy.locks import Leases, Note, one_at_a_time
from chatproxy.redis import key_of
from chatproxy.service import chatproxy_app
from tests.redis_rig import RedisProcess
from tests.sandbox_rig import ROOT
from tests.waiting import wait_until


class Span(tuple[float, float]):
    """When somebody entered and left."""


def work(name: str, seconds: float) -> Span:
    with one_at_a_time(name):
        entered = time.monotonic()
        time.sleep(seconds)
        return Span((entered, time.monotonic()))


def overlap(spans: list[Span]) -> bool:
    spans = sorted(spans)
    return any(left > entered for (_, left), (entered, _) in itertools.pairwise(spans))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LEASE", 0.3)
    monkeypatch.setattr(locks, "RENEW_EVERY", 0.1)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    running = RedisProcess(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def shared(redis: RedisProcess, monkeypatch: pytest.MonkeyPatch) -> RedisProcess:
    """The same Redis for this process's locks."""
    client = ForgivingRedisCache(redis.url, {})._cache.get_client(write=True)
    monkeypatch.setattr(locks, "shared_redis", lambda: client)
    return redis


def test_threads_enter_one_after_the_other(short: None) -> None:
    with ThreadPoolExecutor(3) as workers:
        spans = list(workers.map(lambda _: work("threads", 0.5), range(3)))
    assert not overlap(spans)


def test_other_names_are_not_held_back() -> None:
    with one_at_a_time("one"), one_at_a_time("another"):
        pass


def test_who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WAIT_AT_MOST", 0.1)
    with one_at_a_time("busy"), ThreadPoolExecutor(1) as other:
        assert isinstance(other.submit(work, "busy", 0).exception(), ServiceUnavailable)


def test_a_lock_that_nobody_holds_is_forgotten() -> None:
    with one_at_a_time("once"):
        assert "once" in chatproxy_app().thread_locks._locks
    assert "once" not in chatproxy_app().thread_locks._locks


def holder(redis: RedisProcess) -> subprocess.Popen[str]:
    """A process of its own, ready to enter."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chatproxy.holder", "shared"],
        cwd=ROOT,
        # This Redis is no other worker's: its first database will do.
        env=os.environ | {"REDIS_URL": redis.url, "PYTEST_XDIST_WORKER": "gw0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert line_of(process) == "ready"
    return process


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    """Enter, or leave."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def lease_in(redis: RedisProcess) -> bytes | str:
    """The name under which it is there."""
    [name] = redis.client.keys("*lock:shared")
    return name


def test_processes_enter_one_after_the_other_however_long_the_work_lasts(
    redis: RedisProcess,
) -> None:
    first, second = holder(redis), holder(redis)
    go_on(first)
    assert line_of(first)
    go_on(second)
    for _ in range(2):
        redis.client.expire(lease_in(redis), 30)  # half of it is over
        until_renewed(redis)
    go_on(first)
    left = float(line_of(first))
    assert left < float(line_of(second))
    go_on(second)
    assert [each.wait(30) for each in (first, second)] == [0, 0]


def until_renewed(redis: RedisProcess) -> None:
    wait_until(lambda: redis.client.ttl(lease_in(redis)) > 30)


def test_a_killed_process_holds_nobody_back_for_longer_than_its_lease(
    redis: RedisProcess,
) -> None:
    killed, next_one = holder(redis), holder(redis)
    go_on(killed)
    assert line_of(killed)
    killed.kill()
    assert killed.wait(30) == -9
    go_on(next_one)
    assert 0 < redis.client.ttl(lease_in(redis)) <= 60
    redis.client.pexpire(lease_in(redis), 1)  # it is over
    assert line_of(next_one)
    go_on(next_one)
    assert next_one.wait(30) == 0


def test_a_lock_that_ran_out_is_not_taken_from_who_has_it_now(shared: RedisProcess) -> None:
    with one_at_a_time("mine"):
        shared.client.set(key_of("lock:mine"), "another's")
    assert shared.client.get(key_of("lock:mine")) == b"another's"


def test_who_comes_back_late_leaves_the_note_of_who_is_inside_now(shared: RedisProcess) -> None:
    with one_at_a_time("mine", Note("note", 16, 600)):
        shared.client.set(key_of("lock:mine"), "another's")
        shared.client.set(key_of("note"), "another's")
    assert shared.client.get(key_of("note")) == b"another's"


def test_who_comes_back_in_time_leaves_its_own_note(shared: RedisProcess) -> None:
    note = Note("note", 16, 600)
    with one_at_a_time("mine", note):
        note.left = 0
    assert shared.client.get(key_of("note")) == b"0"


def without_a_lock() -> None:
    """What the fixture `shared` has in place of Redis when that is away."""


@pytest.mark.parametrize("away_first", [True, False])
def test_a_note_is_read_with_and_without_a_lock_in_redis(
    shared: RedisProcess, monkeypatch: pytest.MonkeyPatch, *, away_first: bool
) -> None:
    named_alike = {"KEY_PREFIX": caches["default"].key_prefix}
    monkeypatch.setattr(locks, "cache", ForgivingRedisCache(shared.url, named_alike))
    there, began = locks.shared_redis, time.time()  # type: ignore[attr-defined]  # the fixture's
    monkeypatch.setattr(locks, "shared_redis", without_a_lock if away_first else there)
    with one_at_a_time("mine", first := Note("note", 16, 600)):
        first.open()
    monkeypatch.setattr(locks, "shared_redis", there if away_first else without_a_lock)
    with one_at_a_time("mine", second := Note("note", 16, 600)):
        assert second.found
        assert began + 16 <= second.found <= time.time() + 17


@pytest.mark.parametrize(
    "kept", [pickle.dumps(12.5), b"somebody else's"], ids=["pickled", "of another kind"]
)
def test_a_note_of_another_version_counts_as_a_try_just_now(
    shared: RedisProcess, kept: bytes
) -> None:
    shared.client.set(key_of("note"), kept)
    began = time.time()
    with one_at_a_time("mine", note := Note("note", 16, 600)):
        assert note.found
        assert began + 16 <= note.found <= time.time() + 16


def test_a_lock_is_given_back_whatever_was_wrong_with_taking_it(
    shared: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Lock.do_acquire

    def fail_after(lease: Lock, token: str) -> bool:
        real(lease, token)
        raise ZeroDivisionError

    monkeypatch.setattr(Lock, "do_acquire", fail_after)
    with pytest.raises(ZeroDivisionError), one_at_a_time("mine"):
        pass
    until_free(shared)


@pytest.fixture
def impatient(redis: RedisProcess, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """The connection of this process's locks, which gives up soon."""
    options = {"OPTIONS": {"socket_timeout": 0.3}}
    client = ForgivingRedisCache(redis.url, options)._cache.get_client(write=True)
    monkeypatch.setattr(locks, "shared_redis", lambda: client)
    return client


def until_free(redis: RedisProcess) -> None:
    """Long before its lease is over."""
    wait_until(lambda: not redis.client.exists(key_of("lock:mine")), locks.LEASE / 2)


def test_what_was_taken_without_a_word_of_redis_is_given_back(
    redis: RedisProcess, impatient: Redis
) -> None:
    impatient.ping()  # it is connected: what it sends is taken in
    redis.hang()
    with one_at_a_time("mine"):
        redis.go_on()
        wait_for_key(redis)
    until_free(redis)


def wait_for_key(redis: RedisProcess) -> None:
    """What it took in while it hung, it does now."""
    wait_until(lambda: redis.client.exists(key_of("lock:mine")))


@pytest.mark.night  # by day what it gave without a word
def test_what_redis_was_not_asked_to_take_back_is_given_back_later(
    redis: RedisProcess, impatient: Redis
) -> None:
    with one_at_a_time("mine"):
        redis.hang()
        with pytest.raises(RedisError):  # whoever comes next is refused for a moment
            impatient.get("something else")
        redis.go_on()
    until_free(redis)


def test_without_redis_threads_are_held_back_all_the_same(shared: RedisProcess) -> None:
    shared.stop()
    with ThreadPoolExecutor(2) as workers:
        spans = list(workers.map(lambda _: work("alone", 0.2), range(2)))
    assert not overlap(spans)


def test_leases_are_renewed_by_one_thread(shared: RedisProcess, short: None) -> None:
    before = sum(thread.name == "leases" for thread in threading.enumerate())
    with one_at_a_time("a"), one_at_a_time("b"):
        pass
    after = sum(thread.name == "leases" for thread in threading.enumerate())
    assert after == max(before, 1)


def test_a_bug_with_one_lease_keeps_no_other_from_being_renewed(
    shared: RedisProcess, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, bugs = Lock.reacquire, [ZeroDivisionError()]

    def fail_once(lease: Lock) -> bool:
        if bugs:
            raise bugs.pop()
        return bool(real(lease))

    monkeypatch.setattr(Lock, "reacquire", fail_once)
    with one_at_a_time("mine"):
        shared.client.expire(key_of("lock:mine"), 3600)
        deadline = time.monotonic() + 30
        while bugs or shared.client.ttl(key_of("lock:mine")) > 1:  # a lease is shorter than that
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_lock_that_cannot_be_given_back_keeps_no_other_from_it(
    shared: RedisProcess, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases, real, bugs = Leases(), Lock.do_release, [ZeroDivisionError()]

    def fail_once(lease: Lock, token: str) -> None:
        if bugs:
            raise bugs.pop()
        real(lease, token)

    monkeypatch.setattr(Lock, "do_release", fail_once)
    shared.client.set(key_of("lock:mine"), "token")
    for token in ("another", "token"):
        leases.owe(Lock(shared.client, key_of("lock:mine")), token)
    until_free(shared)
