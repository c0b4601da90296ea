"""The Redis behind Django's cache: for what crosses processes and a cache has no words for."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis import Redis
from redis import asyncio as redis_asyncio

# Of what Django's RedisCache takes in OPTIONS: how to be let in.
LETS_IN = (
    *("username", "password", "ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile"),
    *("ssl_cert_reqs", "ssl_check_hostname"),
)


def shared_redis() -> Redis | None:
    """None if the default cache is not Redis: then this process is taken for the only one."""
    cache = caches["default"]
    if not isinstance(cache, RedisCache):
        return None
    client: Redis = cache._cache.get_client(write=True)
    return client


def listening_redis() -> redis_asyncio.Redis | None:
    """A connection of its own to the same Redis, for whoever waits for messages.

    Without a limit for what it sends: before Python 3.12 that limit (`asyncio.wait_for`) loses a
    cancellation that comes as the sending ends, and who was to stop would listen for good.
    """
    if not isinstance(caches["default"], RedisCache):
        return None
    options = settings.CACHES["default"].get("OPTIONS", {})
    location = settings.CACHES["default"]["LOCATION"]
    servers = location if isinstance(location, list | tuple) else location.split(",")
    client: redis_asyncio.Redis = redis_asyncio.Redis.from_url(
        servers[0],
        socket_connect_timeout=1,
        socket_timeout=None,
        health_check_interval=10,
        **{name: options[name] for name in LETS_IN if name in options},
    )
    return client


def key_of(name: str) -> str:
    """The name as the cache writes it, so that two projects may share one Redis."""
    return str(caches["default"].make_key(name))
