"""The cache that processes share, and what becomes of it while Redis is away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as TooSlow

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Redis, and while it is away an empty cache that forgets at once.

    Then limits let everybody pass and locks hold nobody back; but people go on talking.
    """

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(True, super().add, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._or(None, super().set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._or(False, super().delete, *args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        count: int = self._or(1, super().incr, *args, **kwargs)
        return count

    def _or(self, otherwise: Any, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except (NoConnection, TooSlow) as error:
            logger.warning("Redis does not answer: %s", type(error).__name__)
            return otherwise
