"""Hearing from other processes who may stay no longer, by a Redis of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from redis import Redis

from chatproxy.endings import CHANNEL, Ending, endings_elsewhere
from chatproxy.redis import key_of
from tests.redis_rig import RedisProcess

MOST_TURNS = 60  # of the event loop, until somebody certainly listens


@pytest.fixture
def redis(tmp_path: Path, settings: Settings) -> Iterator[RedisProcess]:
    redis = RedisProcess(tmp_path)
    backend = "chatproxy.cache.ForgivingRedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis.url}}
    yield redis
    redis.stop()


async def listen() -> None:
    async for _ending in endings_elsewhere():
        pass


async def test_who_is_told_to_stop_listens_no_more(redis: RedisProcess) -> None:
    """At whatever moment: of a lost cancellation nobody learns, and the connection stays."""
    for turns in range(MOST_TURNS):
        listening = asyncio.create_task(listen())
        for _ in range(turns):
            await asyncio.sleep(0)
        listening.cancel()
        ended, _listens_on = await asyncio.wait([listening], timeout=30)
        assert ended, turns


async def test_a_password_beside_the_address_lets_in_who_listens(
    redis: RedisProcess, settings: Settings
) -> None:
    """Django's cache takes it there, and so do both of ours."""
    redis.client.config_set("requirepass", "open sesame")
    cache = settings.CACHES["default"] | {"OPTIONS": {"password": "open sesame"}}
    settings.CACHES = {"default": cache}
    ending = asyncio.ensure_future(anext(endings_elsewhere()))
    publisher = Redis(port=redis.port, password="open sesame")
    heard_by = 0
    while not (heard_by or ending.done()):
        heard_by = await asyncio.to_thread(publisher.publish, key_of(CHANNEL), '["shop", null]')
    assert await ending == Ending("shop")
