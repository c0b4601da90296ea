"""What a message and a visit cost us: trips to Redis and to threads, queries of the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.db.backends.utils import CursorWrapper
from redis import Redis

from tests.redis_rig import RedisProcess
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.customers.test_consumers import say_hello, wait_until_shown
from tests.widget.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[RedisProcess]:
    """The cache of this process."""
    running = RedisProcess(tmp_path)
    backend = {"BACKEND": "chatproxy.cache.ForgivingRedisCache", "LOCATION": running.url}
    settings.CACHES = {"default": backend}
    settings.CHAT_LIMITS = True
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether sockets may stay, which takes queries and a thread every ten seconds."""
    monkeypatch.setattr("widget.sockets.LOOK_EVERY", 600)


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database was asked, by any thread."""
    asked: list[str] = []
    execute: Callable[..., Any] = CursorWrapper.execute

    def ask(self: CursorWrapper, sql: str, params: Any = None) -> Any:
        asked.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", ask)
    return asked


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Redis was asked, by the names of commands; each is a round trip.

    Nobody waits for the thread that renews leases now and then.
    """
    asked: list[str] = []
    execute: Callable[..., Any] = Redis.execute_command

    def ask(self: Redis, *arguments: Any, **options: Any) -> Any:
        if threading.current_thread().name != "leases":
            asked.append(str(arguments[0]))
        return execute(self, *arguments, **options)

    monkeypatch.setattr(Redis, "execute_command", ask)
    return asked


@pytest.fixture
def thread_trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """To whose threads something was given, by what their names begin with."""
    made: list[str] = []
    submit: Callable[..., Future[Any]] = ThreadPoolExecutor.submit

    def note(self: ThreadPoolExecutor, *arguments: Any, **options: Any) -> Future[Any]:
        made.append(str(self._thread_name_prefix))
        return submit(self, *arguments, **options)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", note)
    return made


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
    assert len(commands) <= 4, commands


async def test_a_visit_asks_redis_and_the_database_seldom(
    redis: RedisProcess,
    add_widget: AddWidget,
    commands: list[str],
    queries: list[str],
    open_socket: OpenSocket,
) -> None:
    """The panel says that it comes, then opens its socket and is shown the chat."""
    await sync_to_async(add_widget)()
    nora = Visitor()
    await sync_to_async(nora.introduce)()
    await sync_to_async(nora.send)("The first finds out where the chat is")
    commands.clear()
    queries.clear()
    await sync_to_async(nora.ask)("post", "expected", {"url": "https://shop.example/"})
    socket = open_socket(nora.token)
    await say_hello(socket)
    await wait_until_shown(socket, "The first finds out")
    assert len(commands) <= 4, commands
    assert len(queries) <= 2, queries


async def test_a_socket_goes_to_a_thread_to_come_in_and_to_leave(
    customer: Visitor, open_socket: OpenSocket, thread_trips: list[str]
) -> None:
    socket = open_socket(customer.token)
    assert (await socket.connect())[0]
    await socket.send_to(text_data='{"visible": true}')
    await socket.disconnect()
    of_channels = SyncToAsync.single_thread_executor._thread_name_prefix
    assert thread_trips == ["sockets", of_channels]


async def test_a_good_token_is_at_hand_once_it_is_known_where_the_organization_is(
    customer: Visitor, open_socket: OpenSocket, thread_trips: list[str]
) -> None:
    first = open_socket(customer.token)
    await say_hello(first)
    await wait_until_shown(first, 'id="state"')
    assert "relay" in thread_trips
    nora = Visitor()
    await sync_to_async(nora.introduce)()
    socket = open_socket(nora.token)
    thread_trips.clear()
    await say_hello(socket)
    await wait_until_shown(socket, 'id="state"')
    assert "relay" not in thread_trips
