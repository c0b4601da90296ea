"""What a customer meets while as many requests wait for LiveChat as may."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from threading import Barrier

import pytest
from django.db import connections
from prometheus_client import REGISTRY

from chatproxy.models import Customer
from chatproxy.places import Places, take_place
from tests.sandbox_rig import Agent, Sandbox
from tests.widget.visitor import Visitor, texts_of
from widget.models import Widget
from widget.running import Running

UNREACHABLE = "We can&#x27;t reach the chat right now."


@contextmanager
def crowded(sandbox: Sandbox) -> Iterator[None]:
    """In this block there is a request, and no place for it."""
    places, other = Places(1), copy_context()
    held = places.of_request()
    other.run(held.__enter__)
    other.run(take_place, sandbox.url, "")
    with places.of_request():
        yield
    other.run(held.__exit__, None, None, None)


def turned_away() -> float:
    name = "chat_requests_turned_away_total"
    return REGISTRY.get_sample_value(name, {"limit": "livechat"}) or 0


def test_who_is_turned_away_keeps_the_text_and_livechat_is_not_asked(
    customer: Visitor, sandbox: Sandbox
) -> None:
    asked = sandbox.requests()
    with crowded(sandbox):
        refused = customer.send("Hello")
    assert refused.status_code == 200
    assert UNREACHABLE in refused.content.decode()
    assert sandbox.requests() == asked


def test_who_is_turned_away_is_told_at_once(
    customer: Visitor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"a worker waits for {seconds} seconds")

    monkeypatch.setattr("chatproxy.conversation.time.sleep", sleep)
    with crowded(sandbox):
        assert customer.send("Hello").status_code == 200


def test_what_was_turned_away_is_said_once_when_it_is_tried_again(
    customer: Visitor, sandbox: Sandbox, agent: Agent
) -> None:
    with crowded(sandbox):
        customer.send("Once", "custom-1")
    for attempt in (1, 2):
        assert customer.send("Once", "custom-1", attempt).status_code == 204
    assert texts_of(agent) == ["Once"]


def test_what_may_have_arrived_before_is_still_looked_for_first(
    customer: Visitor, sandbox: Sandbox, agent: Agent
) -> None:
    sandbox.fault("reset_after", method="start_chat", count=1)
    sandbox.fault("status", status=500, method="list_chats", count=1)
    assert customer.send("Once", "custom-1").status_code == 200
    with crowded(sandbox):
        customer.send("Once", "custom-1", 1)
    assert customer.send("Once", "custom-1", 2).status_code == 204
    assert texts_of(agent) == ["Once"]


def test_who_is_turned_away_does_not_wait_for_their_login(
    customer: Visitor, sandbox: Sandbox, process: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    monkeypatch.setattr(process.relay, "wait_for_login", lambda pk, _seconds: waited.append(pk))
    said = {"text": "Hello", "custom_id": "custom-1", "attempt": 0}
    with crowded(sandbox):
        customer.ask("post", "events", said, **{"X-Chat-Socket": "coming"})
    assert waited == []


def test_who_wants_to_be_forgotten_is_not_turned_away(customer: Visitor, sandbox: Sandbox) -> None:
    with crowded(sandbox):
        assert customer.ask("delete", "customer").status_code == 204
    assert not Customer.objects.exists()


def test_who_needs_nothing_of_livechat_is_not_turned_away(
    customer: Visitor, sandbox: Sandbox
) -> None:
    with crowded(sandbox):
        assert customer.ask("post", "customer").status_code == 200


def all_at_once(*requests: Callable[[], object]) -> float:
    """How many of these were turned away, where two may wait for LiveChat."""
    places, start, before = Places(3), Barrier(len(requests)), turned_away()

    def ask(request: Callable[[], object]) -> None:
        try:
            start.wait()
            with places.of_request():
                request()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as browsers:
        list(browsers.map(ask, requests))
    return turned_away() - before


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_what_another_has_asked_takes_a_place_too(
    shop_widget: Widget, sandbox: Sandbox
) -> None:
    sandbox.fault("latency", seconds=2.0, method="get_dynamic_configuration")
    assert all_at_once(*[lambda: Visitor().ask("get", "welcome")] * 3) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["events", pytest.param("rating", marks=pytest.mark.night)])
def test_who_waits_for_their_own_last_act_takes_a_place_too(
    customer: Visitor, sandbox: Sandbox, path: str
) -> None:
    customer.send("Hello")
    said = {"text": "Hello", "score": "good"}
    acts = [
        partial(customer.ask, "post", path, said | {"custom_id": f"custom-{number}"})
        for number in range(3)
    ]
    sandbox.fault("latency", seconds=1.0)
    assert all_at_once(*acts) == 1
