"""A message reaches the chat exactly once, whatever breaks while it is sent."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from chatproxy import conversation, locks
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say, say_again
from chatproxy.livechat import http
from chatproxy.livechat.errors import (
    NotConnected,
    RequestTimeout,
    ServiceUnavailable,
    TooManyRequests,
    Unreachable,
)
from chatproxy.livechat.structures import Json
from chatproxy.service import chatproxy_app
from tests.chatproxy.people import Again, all_said, texts_of
from tests.sandbox_rig import Sandbox, free_port


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what a busy LiveChat takes late."""
    monkeypatch.setattr(conversation, "LOOK_EVERY", 0.1)


def test_the_same_message_again_is_not_sent_again(begun: ActingCustomer, again: Again) -> None:
    say(begun, message("Once", "m-1"))
    say(again(), message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_the_first_message_again_is_not_a_second_chat(api: ActingCustomer, again: Again) -> None:
    stale = again()
    say(api, message("Once", "m-1"))
    say(stale, message("Once", "m-1"))
    assert texts_of(api) == [["Once"]]


def test_the_same_message_twice_at_once_is_sent_once(begun: ActingCustomer, again: Again) -> None:
    tabs = [again() for _ in range(5)]
    with ThreadPoolExecutor(5) as workers:
        list(workers.map(lambda tab: say(tab, message("Once", "m-1")), tabs))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_a_message_that_takes_longer_than_a_lock_s_lease_is_sent_once(
    begun: ActingCustomer, again: Again, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LEASE", 0.5)
    monkeypatch.setattr(conversation, "SETTLED", 0.2)
    sandbox.fault("latency", method="send_event", seconds=2, count=1)
    tabs = [again(), again()]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda tab: say(tab, message("Once", "m-1")), tabs))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_two_first_messages_at_once_are_one_chat(api: ActingCustomer, again: Again) -> None:
    tabs = [again(), again()]
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(say, tabs, [message("One", "m-1"), message("Two", "m-2")]))
    assert len(api.list_chats()) == 1
    assert sorted(all_said(api)) == ["One", "Two"]


@pytest.mark.parametrize("method", ["send_event", "start_chat", "resume_chat"])
@pytest.mark.parametrize("kind", ["reset_after", "malformed", "truncated"])
def test_a_message_livechat_took_without_a_readable_answer_is_not_sent_again(
    api: ActingCustomer, sandbox: Sandbox, method: str, kind: str
) -> None:
    prepare(api, method)
    before = all_said(api)
    sandbox.fault(kind, method=method, count=1)
    say(api, message("Once", "m-1"))
    assert all_said(api) == [*before, "Once"]


@pytest.mark.parametrize("method", ["send_event", "start_chat", "resume_chat"])
@pytest.mark.parametrize("kind", ["reset_before", "status", "error"])
def test_a_message_of_unknown_fate_is_told_and_arrives_once_when_tried_again(
    api: ActingCustomer,
    again: Again,
    sandbox: Sandbox,
    method: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare(api, method)
    before = all_said(api)
    monkeypatch.setattr(conversation, "SETTLED", 0.5)
    details: dict[str, Any] = {"status": {"status": 502}, "error": {"type": "internal"}}
    sandbox.fault(kind, method=method, count=1, **details.get(kind, {}))
    with pytest.raises(Unreachable):
        say(api, message("Once", "m-1"))
    say(again(), message("Once", "m-1"))
    assert all_said(api) == [*before, "Once"]


def prepare(api: ActingCustomer, method: str) -> None:
    """Bring the chat into the state in which `say` calls this method."""
    if method != "start_chat":
        say(api, message("Hello", "m-0"))
    if method == "resume_chat":
        conversation.end(api)


def test_a_message_livechat_took_but_answered_too_late_is_found(
    begun: ActingCustomer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = begun.send_event

    def send_impatiently(*arguments: Any) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(http, "TIMEOUT", (30, 1.0))
            return send(*arguments)

    monkeypatch.setattr(begun, "send_event", send_impatiently)
    sandbox.fault("latency", method="send_event", seconds=60, when="after", count=1)
    say(begun, message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_a_message_livechat_is_still_busy_with_is_not_sent_again(
    begun: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    """The customer tries again at once, and LiveChat takes the first try a moment later."""
    sandbox.fault("reset_before", method="send_event", count=1)
    with pytest.raises(Unreachable):
        say(begun, message("Once", "m-1"))
    with ThreadPoolExecutor(1) as livechat:
        livechat.submit(take_late, again(), message("Once", "m-1"))
        say(again(), message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_a_message_that_left_late_is_waited_for_as_long(
    begun: ActingCustomer, sandbox: Sandbox
) -> None:
    """Another token had to be asked for before, and took its time."""
    begun.customer.fresh_until = timezone.now()
    sandbox.fault("latency", transport="accounts", seconds=0.5, count=1)
    sandbox.fault("reset_before", method="send_event", count=1)
    began, late = time.time(), message("Once", "m-1")
    with pytest.raises(Unreachable):
        say(begun, late)
    note = conversation._try_note(begun, late)
    with locks.one_at_a_time("look", note):
        assert note.found
        assert note.found >= began + 0.5 + conversation.SETTLED


class SetBack:
    """A clock that is set back by an hour after each look at it; what is counted goes on."""

    def __init__(self) -> None:
        self._now = time.time()
        self.monotonic, self.sleep = time.monotonic, time.sleep

    def time(self) -> float:
        self._now -= 3600
        return self._now


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """What was looked for, with few seconds in which it may still arrive."""
    looked_for: list[Json] = []

    def look(_api: ActingCustomer, events: list[Json]) -> list[Json]:
        looked_for.extend(events)
        assert len(looked_for) < 20, "it looks for as long as the clock was set back"
        return events

    monkeypatch.setattr(conversation, "_find_missing", look)
    monkeypatch.setattr(conversation, "SETTLED", 0.5)
    return looked_for


def test_a_note_from_a_clock_that_was_ahead_is_not_waited_for_any_longer(
    begun: ActingCustomer, again: Again, looks: list[Json]
) -> None:
    late = message("Once", "m-1")
    note = conversation._try_note(begun, late)
    with locks.one_at_a_time("ahead", note):
        note.left = time.time() + 3600
    say(again(), late)
    assert texts_of(begun) == [["Hello", "Once"]]
    assert looks


@pytest.mark.night  # rare
def test_a_clock_that_is_set_back_meanwhile_prolongs_no_wait(
    begun: ActingCustomer, again: Again, looks: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = message("Once", "m-1")
    note = conversation._try_note(begun, late)
    with locks.one_at_a_time("unsettled", note):
        note.open()
    monkeypatch.setattr(conversation, "time", SetBack())
    say(again(), late)
    assert texts_of(begun) == [["Hello", "Once"]]
    assert looks


@pytest.mark.night  # rare
def test_a_process_that_began_before_its_clock_was_set_back_waits_no_longer(
    begun: ActingCustomer, again: Again, looks: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    chatproxy_app().begin()
    monkeypatch.setattr(conversation, "time", SetBack())
    say_again(again(), message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]
    assert looks


@pytest.mark.night  # by day among many, below
def test_a_message_is_found_behind_much_that_was_said_since(
    begun: ActingCustomer, again: Again
) -> None:
    conversation.end(begun)
    say(begun, message("More", "m-1"))
    for number in range(2, 110):
        begun.send_event(begun.customer.chat_id, message("More", f"m-{number}"))
    say_again(again(), message("Hello", "m-0"))
    whole = begun.all_threads(begun.customer.chat_id)
    found = [event for thread in whole for event in thread.events if event.custom_id == "m-0"]
    assert len(found) == 1


def test_a_thread_of_long_ago_is_not_searched(
    begun: ActingCustomer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whoever has written for years would wait for all of it."""
    conversation.end(begun)
    say(begun, message("More", "m-1"))
    monkeypatch.setattr(conversation, "LOOK_BACK", dt.timedelta(seconds=-5))
    events = [message("Hello", "m-0"), message("More", "m-1"), message("Never", "m-2")]
    assert conversation._find_missing(begun, events) == [events[0], events[2]]


def take_late(api: ActingCustomer, event: Json) -> None:
    """What a busy LiveChat does with a request whose connection has broken meanwhile."""
    time.sleep(0.3)
    api.send_event(api.list_chats()[0].id, event)


def test_a_message_livechat_refused_is_tried_again_without_waiting(
    begun: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    sandbox.fault("error", method="send_event", type="internal", count=1)
    with pytest.raises(Unreachable):
        say(begun, message("Once", "m-1"))
    started = time.monotonic()
    say(again(), message("Once", "m-1"))
    assert time.monotonic() - started < conversation.SETTLED / 2
    assert texts_of(begun) == [["Hello", "Once"]]


def test_a_request_livechat_gave_up_is_told(begun: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.fault("error", method="send_event", type="request_timeout", count=1)
    with pytest.raises(RequestTimeout):
        say(begun, message("Once", "m-1"))


def test_livechat_that_is_not_taking_requests_is_asked_once_more(
    begun: ActingCustomer, sandbox: Sandbox
) -> None:
    sandbox.fault("error", method="send_event", type="service_unavailable", count=1)
    say(begun, message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_livechat_that_stays_away_is_told(begun: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.fault("error", method="send_event", type="service_unavailable")
    with pytest.raises(ServiceUnavailable):
        say(begun, message("Never", "m-1"))
    sandbox.clear_faults()
    assert texts_of(begun) == [["Hello"]]


def slow_down(sandbox: Sandbox, seconds: int) -> None:
    body = '{"error": {"type": "too_many_requests", "message": "Slow down"}}'
    sandbox.fault(
        "status", method="send_event", status=429, body=body, retry_after=seconds, count=1
    )


def test_too_many_requests_are_followed_by_the_pause_that_was_asked_for(
    begun: ActingCustomer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    pausing = SimpleNamespace(sleep=waited.append)
    monkeypatch.setattr("chatproxy.livechat.customer_api.time", pausing)
    slow_down(sandbox, seconds=2)
    say(begun, message("Once", "m-1"))
    assert waited == [2.0]
    assert texts_of(begun) == [["Hello", "Once"]]


def test_a_pause_too_long_to_wait_for_is_the_customers(
    begun: ActingCustomer, sandbox: Sandbox
) -> None:
    slow_down(sandbox, seconds=60)
    with pytest.raises(TooManyRequests):
        say(begun, message("Later", "m-1"))


def test_without_a_connection_the_message_is_told_and_arrives_when_tried_again(
    begun: ActingCustomer, again: Again, settings: Any, sandbox: Sandbox
) -> None:
    settings.LIVECHAT_API_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotConnected):
        say(begun, message("Once", "m-1"))
    settings.LIVECHAT_API_URL = sandbox.url
    say(again(), message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]


@pytest.mark.parametrize("ends", ["token_expired", "token_revoked"])
def test_a_token_that_ends_between_two_messages_is_renewed(
    begun: ActingCustomer, sandbox: Sandbox, ends: str
) -> None:
    sandbox.fault(ends)
    say(begun, message("Still me", "m-1"))
    assert texts_of(begun) == [["Hello", "Still me"]]


def test_a_message_to_the_wrong_region_goes_to_the_right_one(
    begun: ActingCustomer, sandbox: Sandbox
) -> None:
    sandbox.settings(region="fra")
    say(begun, message("Bonjour", "m-1"))
    assert texts_of(begun) == [["Hello", "Bonjour"]]


def test_a_retry_after_our_process_died_finds_what_was_sent(
    begun: ActingCustomer, again: Again
) -> None:
    """The process that sent it took its memory of the first try along."""
    begun.send_event(begun.customer.chat_id, message("Once", "m-1"))
    say_again(again(), message("Once", "m-1"))
    assert texts_of(begun) == [["Hello", "Once"]]


def test_a_message_sent_long_ago_is_found_among_many(
    begun: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    sandbox.settings(requests_per_second=None)
    begun.send_event(begun.customer.chat_id, message("Once", "m-1"))
    for number in range(60):
        agent_says = message(f"{number}", f"n-{number}")
        begun.send_event(begun.customer.chat_id, agent_says)
    say_again(again(), message("Once", "m-1"))
    assert texts_of(begun)[0].count("Once") == 1
