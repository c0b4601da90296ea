"""Saying something reaches the chat exactly once, whatever state it is in and whatever breaks."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from chatproxy import conversation, locks
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import Opening, filled_form, message, say, say_again
from chatproxy.livechat import http
from chatproxy.livechat.errors import (
    UNKNOWN_CHAT,
    ChatAlreadyActive,
    GroupsOffline,
    Invalid,
    LimitReached,
    LiveChatError,
    NotConnected,
    RequestTimeout,
    ServiceUnavailable,
    TooManyRequests,
    Unreachable,
)
from chatproxy.livechat.structures import Form, Json, Message, Thread
from tests.sandbox_rig import Agent, Sandbox, free_port

Again = Callable[[], ActingCustomer]


def threads(api: ActingCustomer) -> list[Thread]:
    """All threads of the customer's chats, oldest first."""
    found: list[Thread] = []
    for chat in api.list_chats():
        found += api.list_threads(chat.id, events=100).threads
    return found[::-1]


def all_said(api: ActingCustomer) -> list[str]:
    return [text for thread in texts_of(api) for text in thread]


def texts_of(api: ActingCustomer) -> list[list[str]]:
    """What is written in each thread."""
    return [
        [event.text for event in thread.events if isinstance(event, Message)]
        for thread in threads(api)
    ]


# The rules between the methods


def test_the_first_message_starts_the_chat(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    assert texts_of(api) == [["Hello"]]


def test_the_next_message_goes_into_the_same_thread(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    say(api, message("Are you there?", "m-2"))
    assert texts_of(api) == [["Hello", "Are you there?"]]


def test_a_message_to_an_inactive_chat_resumes_it(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    say(api, message("One more thing", "m-2"))
    assert texts_of(api) == [["Hello"], ["One more thing"]]


def test_a_chat_the_agent_closed_is_resumed(
    api: ActingCustomer, again: Again, agent: Agent
) -> None:
    say(api, message("Hello", "m-1"))
    agent.close(api.customer.chat_id)
    say(again(), message("Wait!", "m-2"))
    assert texts_of(api) == [["Hello"], ["Wait!"]]


def test_a_chat_started_elsewhere_is_found_and_not_doubled(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    assert other_tab.customer.chat_id == ""
    say(other_tab, message("From the other tab", "m-2"))
    assert len(api.list_chats()) == 1
    assert texts_of(api) == [["Hello", "From the other tab"]]


def test_an_ended_chat_started_elsewhere_is_found_and_resumed(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    say(other_tab, message("From the other tab", "m-2"))
    assert texts_of(api) == [["Hello"], ["From the other tab"]]


def test_a_chat_resumed_by_another_tab_takes_the_message(
    api: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    """This tab heard `chat_inactive`, and then the other one was faster."""
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="chat_inactive", count=1)
    say(again(), message("Into the open thread", "m-2"))
    assert texts_of(api) == [["Hello", "Into the open thread"]]


def test_the_chat_is_remembered(api: ActingCustomer, again: Again) -> None:
    say(api, message("Hello", "m-1"))
    assert again().customer.chat_id == api.list_chats()[0].id


def test_a_chat_that_is_no_more_is_forgotten(api: ActingCustomer) -> None:
    api.customer.remember_chat("GONEGONE00")
    say(api, message("Hello", "m-1"))
    assert texts_of(api) == [["Hello"]]


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
def test_a_chat_that_livechat_no_longer_has_is_begun_anew_whatever_livechat_calls_it(
    api: ActingCustomer, sandbox: Sandbox, called: type[LiveChatError]
) -> None:
    api.customer.remember_chat("GONEGONE00")
    sandbox.fault("error", method="send_event", type=called.type, count=1)
    say(api, message("Hello", "m-1"))
    assert texts_of(api) == [["Hello"]]


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
def test_ending_a_chat_that_livechat_no_longer_has_is_no_error(
    api: ActingCustomer, sandbox: Sandbox, called: type[LiveChatError]
) -> None:
    api.customer.remember_chat("GONEGONE00")
    sandbox.fault("error", method="deactivate_chat", type=called.type, count=1)
    conversation.end(api)
    assert api.customer.chat_id == ""


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
def test_what_was_said_is_looked_for_in_the_chat_that_there_is(
    begun: ActingCustomer, again: Again, sandbox: Sandbox, called: type[LiveChatError]
) -> None:
    retried = again()
    retried.customer.remember_chat("GONEGONE00")
    sandbox.fault("error", method="list_threads", type=called.type, count=1)
    say_again(retried, message("Hello", "m-0"))
    assert texts_of(begun) == [["Hello"]]


def test_a_message_that_is_refused_does_not_cost_the_customer_their_chat(
    begun: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    sandbox.fault("error", method="send_event", type="validation", count=1)
    with pytest.raises(Invalid):
        say(again(), message("Never", "m-1"))
    assert again().customer.chat_id == begun.customer.chat_id


def test_an_offline_message_makes_a_closed_thread(api: ActingCustomer, sandbox: Sandbox) -> None:
    say(api, message("Call me", "m-1"), Opening(active=False))
    assert [thread.active for thread in threads(api)] == [False]
    assert texts_of(api) == [["Call me"]]


def test_nobody_there_is_told(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    with pytest.raises(GroupsOffline):
        say(api, message("Hello", "m-1"))
    assert texts_of(api) == []


def test_a_continuous_chat_needs_nobody(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    say(api, message("Hello", "m-1"), Opening(continuous=True))
    assert texts_of(api) == [["Hello"]]


def test_a_thread_opens_with_the_form_that_was_filled_in(api: ActingCustomer) -> None:
    form = filled_form("177381", "prechat", [{"type": "name", "id": "1", "label": "Name"}], "f-1")
    say(api, message("Hello", "m-1"), Opening(events=(form,)))
    [thread] = threads(api)
    assert [type(event) for event in thread.events] == [Form, Message]


def test_a_form_filled_in_while_another_tab_began_is_not_lost(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    form = filled_form("177381", "prechat", [{"type": "name", "id": "1", "label": "Name"}], "f-1")
    say(other_tab, message("And hello", "m-2"), Opening(events=(form,)))
    [thread] = threads(api)
    assert [type(event) for event in thread.events] == [Message, Form, Message]


def test_a_form_is_not_doubled_when_only_the_message_failed(
    api: ActingCustomer, again: Again, sandbox: Sandbox
) -> None:
    say(api, message("Hello", "m-1"))
    form = filled_form("177381", "prechat", [{"type": "name", "id": "1", "label": "Name"}], "f-1")
    opening = Opening(events=(form,))
    too_long = message("x" * 17_000, "m-2")
    with pytest.raises(Invalid):
        say(again(), too_long, opening)
    say_again(again(), message("Shorter", "m-2"), opening)
    [thread] = threads(api)
    assert [type(event) for event in thread.events] == [Message, Form, Message]


def test_properties_and_group_of_a_new_thread_are_told(api: ActingCustomer) -> None:
    opening = Opening(thread_properties={"routing": {"offline_message": True}}, group_id=1)
    say(api, message("Hello", "m-1"), opening)
    assert threads(api)[0].properties["routing"]["offline_message"] is True


def test_another_limit_than_the_one_of_chats_is_told(api: ActingCustomer, sandbox: Sandbox) -> None:
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="limit_reached")
    with pytest.raises(LimitReached):
        say(api, message("Too much", "m-2"))


def test_a_chat_that_changes_faster_than_we_can_follow_is_given_up(
    api: ActingCustomer, sandbox: Sandbox
) -> None:
    say(api, message("Hello", "m-1"))
    sandbox.fault("error", method="send_event", type="chat_inactive")
    with pytest.raises(ChatAlreadyActive):
        say(api, message("Into the void", "m-2"))


def test_twenty_kilobytes_are_refused_as_livechat_refuses_them(api: ActingCustomer) -> None:
    with pytest.raises(Invalid):
        say(api, message("x" * 20_000, "m-1"))


# Ending


def test_ending_closes_the_thread(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    assert not threads(api)[0].active


def test_ending_what_has_ended_is_no_error(api: ActingCustomer) -> None:
    say(api, message("Hello", "m-1"))
    conversation.end(api)
    conversation.end(api)
    assert not threads(api)[0].active


def test_ending_before_anything_was_said_is_no_error(api: ActingCustomer) -> None:
    conversation.end(api)
    assert api.list_chats() == []


def test_ending_finds_the_chat_that_was_started_elsewhere(
    api: ActingCustomer, again: Again
) -> None:
    other_tab = again()
    say(api, message("Hello", "m-1"))
    conversation.end(other_tab)
    assert not threads(api)[0].active


# Exactly once


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what a busy LiveChat takes late."""
    monkeypatch.setattr(conversation, "LOOK_EVERY", 0.1)


@pytest.fixture
def begun(api: ActingCustomer) -> ActingCustomer:
    say(api, message("Hello", "m-0"))
    return api


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
