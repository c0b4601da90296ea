"""How many requests of a process run at once, and who lets others run."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from chatproxy import turns
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat import http, structures
from chatproxy.livechat.errors import LiveChatError
from chatproxy.locks import one_at_a_time
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Conversation
from chatproxy.service import ConfiguredService
from chatproxy.turns import Turns, let_others_run
from tests.sandbox_rig import Sandbox
from widget.asking import Askers
from widget.rendering import heavy
from widget.rendering.heavy import Renderer
from widget.rendering.locale import Locale

PATIENCE = 30  # seconds for what a test waits for, on a busy machine
NEVER = 600.0  # seconds, longer than any test


@pytest.fixture(autouse=True)
def no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody goes ahead because the machine was busy for a while."""
    monkeypatch.setattr(turns, "STANDSTILL", NEVER)


@contextmanager
def running(made: Turns, work: Callable[[], object]) -> Iterator[Event]:
    """A request in a thread of its own that works; the event is set when it has ended."""
    ended = Event()

    def request() -> None:
        with made.of_request():
            work()
        ended.set()

    thread = Thread(target=request)
    thread.start()
    try:
        yield ended
    finally:
        thread.join(PATIENCE)


def others_run(made: Turns) -> bool:
    """Whether one more request runs, to its end."""
    with running(made, lambda: None) as ended:
        return ended.wait(PATIENCE)


def is_true_soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def all_are_taken(made: Turns) -> bool:
    return is_true_soon(lambda: made._free == 0)


def wait(made: Turns, count: int) -> bool:
    """Whether so many wait for their turn, soon."""
    return is_true_soon(lambda: len(made._waiting) == count)


def test_no_more_run_than_there_are_turns() -> None:
    made, release = Turns(2), Event()
    with (
        running(made, lambda: release.wait(PATIENCE)),
        running(made, lambda: release.wait(PATIENCE)),
    ):
        assert all_are_taken(made)
        with running(made, lambda: None) as third:
            assert wait(made, 1)
            assert not third.is_set()
            release.set()
            assert third.wait(PATIENCE)


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    made, release, order = Turns(1), Event(), list[str]()
    with running(made, lambda: release.wait(PATIENCE)):
        assert all_are_taken(made)
        with running(made, lambda: order.append("second")):
            assert wait(made, 1)
            with running(made, lambda: order.append("third")):
                assert wait(made, 2)
                release.set()
    assert order == ["second", "third"]


def test_a_request_that_fails_leaves_its_turn_to_the_next() -> None:
    made = Turns(1)
    with pytest.raises(ZeroDivisionError), made.of_request():
        raise ZeroDivisionError
    assert others_run(made)


def test_a_turn_that_was_left_to_others_is_waited_for_again() -> None:
    made, waits, answered, release, is_back = Turns(1), Event(), Event(), Event(), Event()

    def work() -> None:
        with let_others_run():
            waits.set()
            answered.wait(PATIENCE)
        is_back.set()

    with running(made, work):
        assert waits.wait(PATIENCE)
        with running(made, lambda: release.wait(PATIENCE)):
            assert all_are_taken(made)
            answered.set()
            assert wait(made, 1)
            assert not is_back.is_set()
            release.set()
            assert is_back.wait(PATIENCE)


# Who lets others run


def test_who_waits_for_an_answer_of_livechat() -> None:
    made, asked, release = Turns(1), Event(), Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            release.wait(PATIENCE)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_of_request: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        with running(made, lambda: http.ask(ConfiguredService(), ("web", "it"), "GET", url)):
            assert asked.wait(PATIENCE)
            assert others_run(made)
            release.set()
        server.shutdown()


@pytest.mark.night  # by day over the Web
async def test_who_waits_for_an_answer_over_their_own_connection(
    api: ActingCustomer, customer: Customer, relay: Relay, watch: Any, sandbox: Sandbox
) -> None:
    await asyncio.to_thread(say, api, message("Hello", "m-0"))
    await (await watch()).shows("Hello")
    sandbox.fault("latency", transport="rtm", method="send_event", seconds=NEVER)
    stored = await asyncio.to_thread(Customer.objects.get, pk=customer.pk)
    made, connection = Turns(1), relay._live[stored.pk].connection
    assert connection
    payload = {"chat_id": stored.chat_id, "event": message("Slow", "m-1")}

    def work() -> None:
        with suppress(LiveChatError):
            relay.act_from_thread(stored, "send_event", payload)

    with running(made, work):
        assert await asyncio.to_thread(is_true_soon, lambda: bool(connection._pending))
        assert await asyncio.to_thread(others_run, made)
        await relay.close()


def test_who_waits_for_a_lock() -> None:
    made, taken, comes = Turns(1), Event(), Event()

    def hold() -> None:
        with one_at_a_time("turns"):
            taken.set()
            with let_others_run():
                comes.wait(PATIENCE)

    def come_later() -> None:
        comes.set()
        with one_at_a_time("turns"):
            pass

    with running(made, hold) as first:
        assert taken.wait(PATIENCE)
        with running(made, come_later) as second:
            assert first.wait(PATIENCE)
            assert second.wait(PATIENCE)


def test_who_waits_for_the_answer_that_another_asks_for() -> None:
    made, askers, asked, comes = Turns(1), Askers(), Event(), Event()

    def ask() -> None:
        asked.set()
        with let_others_run():
            comes.wait(PATIENCE)

    def come_later() -> None:
        comes.set()
        askers.ask("it", ask)

    with running(made, lambda: askers.ask("it", ask)) as first:
        assert asked.wait(PATIENCE)
        with running(made, come_later) as second:
            assert first.wait(PATIENCE)
            assert second.wait(PATIENCE)


def test_who_waits_for_what_is_rendered_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    made, renderer, asked, rendered = Turns(1), Renderer(), Event(), Event()

    def render(*_: object) -> str:
        asked.set()
        rendered.wait(PATIENCE)
        return ""

    monkeypatch.setattr(heavy, "render_thread", render)
    long = {"id": "T_1", "type": "message", "text": "a" * (heavy.LIGHT + 1)}
    threads = [structures.Thread.parse({"id": "T", "events": [long]})]
    with running(made, lambda: renderer.threads_html(threads, Conversation("nora"), Locale())):
        assert asked.wait(PATIENCE)
        assert others_run(made)
        rendered.set()


# Where turns do not end


def test_nobody_waits_for_turns_that_do_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "STANDSTILL", 0.05)
    made, release = Turns(1), Event()
    with running(made, lambda: release.wait(PATIENCE)) as stuck:
        assert others_run(made)
        assert not stuck.is_set()
        release.set()


def test_who_went_ahead_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "STANDSTILL", 0.05)
    made, release = Turns(1), Event()
    with (
        running(made, lambda: release.wait(PATIENCE)),
        running(made, lambda: release.wait(PATIENCE)),
    ):
        assert is_true_soon(lambda: made._free == -1)
        release.set()
    assert made._free == 1
