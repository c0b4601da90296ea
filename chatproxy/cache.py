"""Redis as Django's cache: while it is away, and after an upgrade."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from redis import ConnectionPool, Redis
from redis.client import Pipeline
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as NoAnswer

logger = logging.getLogger(__name__)

MOMENT = 1.0  # seconds in which nobody asks a Redis that has not answered in time


class ForgivingRedisCache(RedisCache):
    """Redis; while it is away, hangs, is full or refuses us, an empty cache that forgets at once.

    Then limits let everybody pass and locks hold back this process alone; but people go on
    talking. What is in it and cannot be read is not there.
    """

    @cached_property
    def _cache(self) -> RedisCacheClient:
        """The connections of this process.

        Django makes a cache for each context, so for each request, and each has connections of
        its own: a request began with opening one.
        """
        inside = vars(self)  # not in the stubs
        servers, options = inside["_servers"], inside["_options"]
        name = repr((servers, options))  # options may hold lists
        if name not in _clients():
            _clients()[name] = KeptRedisCacheClient(servers, **options)
        return _clients()[name]

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(True, super().add, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._or({}, super().get_many, keys, version)
        return found

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._or(None, super().set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().delete, *args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().touch, *args, **kwargs))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().has_key, *args, **kwargs))

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        failed: list[Any] = self._or([*data], super().set_many, data, *args, **kwargs)
        return failed

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._or(None, super().delete_many, *args, **kwargs)

    def clear(self) -> None:
        self._or(None, super().clear)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        """Always the first count while Redis is away. Raises ValueError if nobody began it."""
        count: int = self._or(1, super().incr, *args, **kwargs)
        return count

    def _or(self, otherwise: Any, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except RedisError as error:
            logger.warning("Redis is of no use now: %s", type(error).__name__)
            return otherwise


class ImpatientRedis(Redis):
    """Does not wait for an answer again when one has just not come.

    Redis may hang, or the way to it swallow everything: each command would wait until its time is
    over, several in each request. One asks again after each MOMENT, while the others go without.
    """

    _asks_again_at: float | None = None  # None while it answers

    def execute_command(self, *args: Any, **options: Any) -> Any:
        self._refuse_to_wait()
        try:
            answer = super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except NoAnswer:
            self._asks_again_at = time.monotonic() + MOMENT
            raise
        except ResponseError:  # that is an answer: a script it does not know is sent next
            self._asks_again_at = None
            raise
        self._asks_again_at = None
        return answer

    def pipeline(self, *args: Any, **options: Any) -> Pipeline:
        self._refuse_to_wait()
        return super().pipeline(*args, **options)

    def _refuse_to_wait(self) -> None:
        """Raises NoAnswer, unless it is time that somebody asks: then this is who does."""
        asks_again_at, now = self._asks_again_at, time.monotonic()
        if asks_again_at is None:
            return
        if now < asks_again_at:
            raise NoAnswer("Redis has not answered a moment ago")
        self._asks_again_at = now + MOMENT


class Unreadable(RedisError):
    """A value that another version of us, or of Django, has left."""


class CarefulSerializer(RedisSerializer):
    """For a cache that outlives an upgrade: what it has kept may name a class that is gone, or lack
    what has been added since. Raises Unreadable for that."""

    def loads(self, data: Any) -> Any:
        try:
            value = super().loads(data)
        except Exception as error:  # whatever reading a pickle may run into
            raise Unreadable from error
        if not is_whole(value):
            raise Unreadable
        return value


def is_whole(value: Any) -> bool:
    """Whether no field is missing in any dataclass of it."""
    if isinstance(value, list | tuple):
        return all(map(is_whole, value))
    if not is_dataclass(value):
        return True
    names = [field.name for field in fields(value)]
    return all(hasattr(value, name) and is_whole(getattr(value, name)) for name in names)


class KeptRedisCacheClient(RedisCacheClient):
    """Keeps redis-py's client of each server, which threads may share.

    Django makes another one for each command, which takes 500 function calls.
    """

    def __init__(self, servers: Any, serializer: Any = CarefulSerializer, **options: Any) -> None:
        super().__init__(servers, serializer, **options)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        return _redis(self._get_connection_pool(write))  # type: ignore[attr-defined]  # as above


@cache
def _clients() -> dict[str, RedisCacheClient]:
    """This process's, by their settings. Other apps may ask before ours is ready to hold them."""
    return {}


@lru_cache(maxsize=8)
def _redis(pool: ConnectionPool) -> Redis:
    return ImpatientRedis(connection_pool=pool)
