"""What a message costs us: round trips to Redis, queries of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.redis_rig import RedisProcess
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[RedisProcess]:
    """The cache of this process."""
    running = RedisProcess(tmp_path)
    backend = {"BACKEND": "config.cache.ForgivingRedisCache", "LOCATION": running.url}
    settings.CACHES = {"default": backend}
    settings.CHAT_LIMITS = True
    yield running
    running.stop()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Redis was asked, by the names of commands; each is a round trip."""
    asked: list[str] = []
    execute: Callable[..., Any] = Redis.execute_command

    def ask(self: Redis, *arguments: Any, **options: Any) -> Any:
        asked.append(str(arguments[0]))
        return execute(self, *arguments, **options)

    monkeypatch.setattr(Redis, "execute_command", ask)
    return asked


def test_a_message_asks_redis_and_the_database_seldom(
    redis: RedisProcess,
    add_widget: AddWidget,
    commands: list[str],
    django_assert_max_num_queries: Any,
) -> None:
    add_widget()
    nora = Visitor()
    nora.introduce()
    nora.send("The first finds out where the chat is")
    commands.clear()
    with django_assert_max_num_queries(2):
        assert nora.send("The others go on").status_code == 204
    assert len(commands) <= 5, commands
