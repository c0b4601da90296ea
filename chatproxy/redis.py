"""The Redis behind Django's cache: for what crosses processes and a cache has no words for."""

from __future__ import annotations

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis import Redis


def shared_redis() -> Redis | None:
    """None if the default cache is not Redis: then this process is taken for the only one."""
    cache = caches["default"]
    if not isinstance(cache, RedisCache):
        return None
    client: Redis = cache._cache.get_client(write=True)
    return client
