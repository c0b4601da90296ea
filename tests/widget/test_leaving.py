"""A process that ends does all there is to do, whatever fails on the way."""

import asyncio

import pytest
from django.db import OperationalError

from chatproxy.relay.relay import Relay
from tests.waiting import PATIENCE
from widget import running
from widget.notifications import listening
from widget.notifications.listening import Listener
from widget.running import Running

NEVER = 3600.0


class Sender:
    """Of notifications; it is only closed here."""

    is_closed = False

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def sender(process: Running) -> Sender:
    """The one of a process that listens for those who have left."""
    sender = Sender()
    process.listener = Listener(process.relay, sender)  # type: ignore[arg-type]
    return sender


@pytest.fixture
def done(process: Running, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in this order."""
    steps: list[str] = []

    async def close() -> None:
        steps.append("connections closed")

    monkeypatch.setattr(process.relay, "close", close)
    monkeypatch.setattr(process.counts, "write", lambda: steps.append("counts written"))
    return steps


def fail(*_: object) -> None:
    raise OperationalError("the database is away")


async def hang(*_: object) -> None:
    await asyncio.sleep(NEVER)


async def test_a_database_that_is_away_keeps_nothing_else_from_being_closed(
    process: Running, sender: Sender, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert process.listener
    monkeypatch.setattr(process.listener._thread, "run", fail)
    monkeypatch.setattr(process.counts, "write", fail)
    await process.leave()
    assert done == ["connections closed"]
    assert sender.is_closed


async def test_who_does_not_let_go_keeps_nobody_from_leaving(
    process: Running, sender: Sender, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CLOSE_WITHIN", 0.1)
    monkeypatch.setattr(process.listener, "close", hang)
    async with asyncio.timeout(PATIENCE):
        await process.leave()
    assert done == ["connections closed", "counts written"]


async def test_connections_that_do_not_close_do_not_cost_the_counts(
    process: Running, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CLOSE_WITHIN", 0.1)
    monkeypatch.setattr(process.relay, "close", hang)
    async with asyncio.timeout(PATIENCE):
        await process.leave()
    assert done == ["counts written"]


async def test_a_push_service_that_does_not_answer_is_not_waited_for(
    process: Running, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And another process may take over all the same."""
    let_go: list[object] = []

    async def run(*work: object) -> None:
        let_go.append(work)

    assert process.listener
    monkeypatch.setattr(listening, "LAST_ANSWERS", 0.1)
    monkeypatch.setattr(process.listener._thread, "run", run)
    telling = process.listener._telling[1] = asyncio.create_task(hang())
    async with asyncio.timeout(PATIENCE):
        await process.listener.close()
    assert sender.is_closed
    assert let_go
    assert telling.cancelled()


async def test_a_connection_that_cannot_be_closed_is_no_matter_to_others() -> None:
    relay = Relay()
    closed: list[int] = []

    class Live:
        def __init__(self, number: int) -> None:
            self.number = number

        async def close(self) -> None:
            if self.number == 1:
                raise OperationalError("the database is away")
            await asyncio.sleep(0.01)
            closed.append(self.number)

    relay._live = {number: Live(number) for number in range(3)}  # type: ignore[misc]
    await relay.close()
    assert closed == [0, 2]
