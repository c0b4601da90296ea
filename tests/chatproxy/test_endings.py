"""Hearing from other processes who may stay no longer, by a Redis of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from chatproxy.endings import endings_elsewhere
from tests.redis_rig import RedisProcess

MOST_TURNS = 60  # of the event loop, until somebody certainly listens


@pytest.fixture
def redis(tmp_path: Path, settings: Settings) -> Iterator[RedisProcess]:
    redis = RedisProcess(tmp_path)
    backend = "config.cache.ForgivingRedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis.url}}
    yield redis
    redis.stop()


async def listen() -> None:
    async for _ending in endings_elsewhere():
        pass


@pytest.mark.parametrize("turns", range(MOST_TURNS))
async def test_who_is_told_to_stop_listens_no_more(redis: RedisProcess, turns: int) -> None:
    """At whatever moment: of a lost cancellation nobody learns, and the connection stays."""
    listening = asyncio.create_task(listen())
    for _ in range(turns):
        await asyncio.sleep(0)
    listening.cancel()
    ended, _listens_on = await asyncio.wait([listening], timeout=5)
    assert ended
