"""Redis may die and come back; people go on talking meanwhile."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import CacheHandler
from redis.connection import AbstractConnection
from redis.exceptions import RedisError

from chatproxy.cache import MOMENT, ForgivingRedisCache
from tests.redis_rig import RedisProcess
from tests.stopped_clock import StoppedClock, stop_clock_of
from tests.waiting import wait_until

BACKEND = "chatproxy.cache.ForgivingRedisCache"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    running = RedisProcess(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def shared(redis: RedisProcess) -> ForgivingRedisCache:
    cache = ForgivingRedisCache(redis.url, {})
    wait_until(lambda: keeps(cache))
    return cache


def keeps(cache: ForgivingRedisCache) -> bool:
    cache.set("awake", "yes")
    return bool(cache.get("awake") == "yes")


def test_redis_keeps_counts_and_locks(shared: ForgivingRedisCache) -> None:
    assert shared.add("lock", "mine")
    assert not shared.add("lock", "theirs")
    assert shared.get("lock") == "mine"
    shared.set("count", 0)
    assert [shared.incr("count"), shared.incr("count")] == [1, 2]
    assert shared.delete("lock")


@pytest.mark.parametrize("count", ["incr", "decr"])
def test_a_count_that_nobody_began_is_refused_as_by_django_s_own(
    shared: ForgivingRedisCache, count: str
) -> None:
    """A project's throttle begins it then: else it would count to one for ever."""
    with pytest.raises(ValueError, match="not found"):
        getattr(shared, count)("tries")


def test_without_redis_nothing_is_kept_and_nothing_fails(
    shared: ForgivingRedisCache, redis: RedisProcess
) -> None:
    shared.set("kept", "before")
    redis.stop()
    assert shared.get("kept") is None
    assert shared.get("kept", "fallback") == "fallback"
    assert shared.get_many(["kept"]) == {}
    assert shared.add("lock", "mine")
    assert shared.incr("count") == 1
    assert not shared.delete("lock")
    assert "kept" not in shared
    assert not shared.touch("kept")
    assert shared.set_many({"kept": "meanwhile"}) == ["kept"]
    shared.set("kept", "meanwhile")
    shared.delete_many(["kept"])
    shared.clear()


@dataclass(slots=True)
class Kept:
    """As this version has it; `added` is new in it."""

    name: str
    added: int = 0


class Moved:
    """Of another version: here nothing has this name."""

    def __reduce__(self) -> Any:
        return getattr, (Kept, "gone")


def older() -> Kept:
    kept = Kept("before")
    del kept.added
    return kept


@pytest.mark.parametrize(
    "left",
    [pickle.dumps(Moved()), pickle.dumps(older()), pickle.dumps([(older(),)]), b"12.5"],
    ids=["a class that is gone", "a field less", "a field less inside", "no pickle"],
)
def test_what_another_version_has_left_is_not_there(
    shared: ForgivingRedisCache, redis: RedisProcess, left: bytes
) -> None:
    redis.client.set(shared.make_key("left"), left)
    assert shared.get("left", "nothing") == "nothing"
    assert shared.get_many(["left"]) == {}
    shared.set("left", Kept("now", 1))
    assert shared.get("left") == Kept("now", 1)


def test_options_may_hold_what_has_no_hash(redis: RedisProcess) -> None:
    options = {"retry_on_error": [ConnectionError]}
    cache = ForgivingRedisCache(redis.url, {"OPTIONS": options})
    wait_until(lambda: keeps(cache))


@pytest.mark.parametrize(
    "command",
    ["CONFIG SET maxmemory 1", "REPLICAOF 127.0.0.1 1", "CONFIG SET requirepass secret"],
)
def test_redis_that_refuses_is_as_good_as_none(
    shared: ForgivingRedisCache, redis: RedisProcess, command: str
) -> None:
    shared.set("count", 5)
    redis.tell(command)
    shared.set("kept", "meanwhile")
    assert shared.get("kept") is None
    assert shared.add("lock", "mine")
    assert shared.incr("count") == 1


def test_redis_that_comes_back_is_used_again(
    shared: ForgivingRedisCache, redis: RedisProcess
) -> None:
    redis.stop()
    assert shared.get("awake") is None
    redis.start()
    wait_until(lambda: keeps(shared))


def test_commands_share_their_client(shared: ForgivingRedisCache) -> None:
    """Django makes one for each command, which is a quarter of the function calls of a message."""
    before = shared._cache.get_client()
    assert shared._cache.get_client(write=True) is before


def test_requests_share_their_connections(shared: ForgivingRedisCache, redis: RedisProcess) -> None:
    """Each request runs in a context of its own, where Django makes another cache."""
    settings = {"default": {"BACKEND": BACKEND, "LOCATION": redis.url}}
    handler = CacheHandler(settings)
    before = redis.client.info("stats")["total_connections_received"]
    for _ in range(5):
        assert copy_context().run(lambda: handler["default"].get("awake")) == "yes"
    assert redis.client.info("stats")["total_connections_received"] - before <= 1


PATIENCE = 0.3  # seconds
IMPATIENT = {"OPTIONS": {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    return stop_clock_of(monkeypatch, "chatproxy.cache")


@pytest.fixture
def hanging(
    shared: ForgivingRedisCache, redis: RedisProcess, clock: StoppedClock
) -> ForgivingRedisCache:
    """Somebody has just waited for it in vain."""
    shared.set("kept", "before")
    redis.hang()
    cache = ForgivingRedisCache(redis.url, IMPATIENT)
    assert cache.get("kept") is None
    return cache


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that were sent to Redis, whose answer somebody waits for."""
    sent: list[str] = []
    send = AbstractConnection.send_command

    def note(connection: AbstractConnection, *command: Any, **options: Any) -> None:
        sent.append(str(command[0]))
        send(connection, *command, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(AbstractConnection, "send_command", note)
    return sent


def test_nobody_waits_for_redis_that_hangs_after_somebody_has(
    hanging: ForgivingRedisCache, waited: list[str]
) -> None:
    client = hanging._cache.get_client(write=True)  # as locks and limits have it
    asks: list[Callable[[], object]] = [
        lambda: hanging.get("kept"),
        lambda: hanging.set("kept", "meanwhile"),
        lambda: hanging.set_many({"kept": "meanwhile"}),
        lambda: client.eval("return 1", 0),
        lambda: client.lock("lock", timeout=10).acquire(blocking_timeout=0),
        lambda: client.publish("news", "none"),
    ]
    for ask in asks:
        with suppress(RedisError):
            ask()
    assert waited == []


def test_a_moment_later_one_asks_redis_again_and_no_other(
    hanging: ForgivingRedisCache, clock: StoppedClock, waited: list[str]
) -> None:
    clock.go_on(MOMENT)
    with ThreadPoolExecutor(5) as people:
        list(people.map(hanging.get, ["kept"] * 5))
    assert len(waited) == 1


def test_redis_that_hung_is_used_again_a_moment_later(
    hanging: ForgivingRedisCache, redis: RedisProcess, clock: StoppedClock
) -> None:
    redis.go_on()
    clock.go_on(MOMENT)
    assert hanging.get("kept") == hanging.get("kept") == "before"
