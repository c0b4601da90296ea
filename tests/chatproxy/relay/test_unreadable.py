"""A chat that cannot be read: for a moment, for long, or ever again."""

from __future__ import annotations

from typing import Any

import pytest

from chatproxy.livechat.errors import UNKNOWN_CHAT, LiveChatError
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.rtm import Disconnected
from chatproxy.livechat.structures import LoginAnswer
from chatproxy.models import Customer
from chatproxy.relay import live
from chatproxy.relay.memory import Memory
from chatproxy.relay.reactions import Reaction, reaction_to
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import Snapshot, State
from tests.chatproxy.people import Watcher, in_thread
from tests.sandbox_rig import Agent, Sandbox


async def test_a_chat_that_cannot_be_read_is_tried_again(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None,
) -> None:  # fmt: skip
    sandbox.fault("error", method="get_chat", type="internal", count=3)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert State.WAITING not in tab.states
    tab.leave()


async def test_when_nothing_can_be_read_for_long_everything_begins_anew(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None,
) -> None:  # fmt: skip
    sandbox.fault("error", method="get_chat", type="internal", count=4)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert State.WAITING in tab.states
    tab.leave()


@pytest.mark.parametrize("called", UNKNOWN_CHAT)
async def test_a_chat_that_livechat_no_longer_has_is_forgotten_whatever_livechat_calls_it(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str, sandbox: Sandbox,
    called: type[LiveChatError], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await in_thread(customer.remember_chat, "GONEGONE00")
    monkeypatch.setattr(LoginAnswer, "parse", lambda _answer: LoginAnswer())  # it names none
    sandbox.fault("error", method="list_threads", type=called.type, count=1)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    assert (await in_thread(Customer.objects.get)).chat_id == chat_id
    tab.leave()


async def test_of_a_chat_that_livechat_has_after_all_the_last_event_is_known(
    watch: Any, chat_id: str, sandbox: Sandbox, relay: Relay, customer: Customer, soon: None
) -> None:
    """Else what gets lost next would not be missed."""
    tab = await watch()
    last = relay._live[customer.pk].last_event
    sandbox.fault("error", method="get_chat", type="not_found", count=1)
    sandbox.fault("drop")
    await tab.snapshot(2)
    assert relay._live[customer.pk].last_event.id == last.id != ""


async def test_a_chat_that_must_not_be_read_is_asked_for_again_when_the_customer_acts(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None,
) -> None:  # fmt: skip
    for method in ("get_chat", "list_threads"):
        sandbox.fault("error", method=method, type="authorization")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.state is State.REFUSED)
    assert tab.states == [State.CONNECTING, State.RESUMING, State.REFUSED]
    assert tab.connection_state.advice == LiveChatError.advice
    sandbox.clear_faults()
    relay.wake(customer.pk)
    await tab.shows("Hello")
    tab.leave()


async def test_a_chat_that_cannot_be_read_is_asked_for_ever_less_often(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str,
    sandbox: Sandbox, soon: None, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """However long it took to find out."""
    seen: list[int] = []

    def note(end: Disconnected | LiveChatError, tries: int) -> Reaction:
        seen.append(tries)
        return reaction_to(end, tries)

    monkeypatch.setattr(live, "reaction_to", note)
    monkeypatch.setattr(live, "STEADY_AFTER", 0.0)
    sandbox.fault("error", method="get_chat", type="internal")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.states.count(State.WAITING) == 3)
    assert seen == [0, 1, 2]
    tab.leave()


async def test_a_bug_in_reading_is_logged_and_the_tabs_are_told_again(
    relay: Relay, customer: Customer, organization: Organization, chat_id: str, agent: Agent,
    soon: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    real, failures = Memory.keep, [ZeroDivisionError()]

    def fail_once(self: Memory, snapshot: Snapshot) -> None:
        if failures:
            raise failures.pop()
        real(self, snapshot)

    monkeypatch.setattr(Memory, "keep", fail_once)
    tab = Watcher(relay, customer, organization)
    await tab.shows("Hello")
    await in_thread(agent.send, chat_id, "Here I am")
    await tab.shows("Hello", "Here I am")
    assert "ended by a bug" in caplog.text
    tab.leave()
