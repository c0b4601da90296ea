"""Pushes that get lost, come twice, late or out of order change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.relay import tabs
from chatproxy.relay.relay import Relay
from tests.chatproxy.people import Watcher, delete_event, has_begun, in_thread
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually


async def test_a_push_that_got_lost_is_noticed_by_the_next_one(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("push_lost", method="incoming_event", count=1)
    await in_thread(agent.send, chat_id, "Lost")
    await in_thread(agent.send, chat_id, "Found")
    await tab.shows("Hello", "Lost", "Found")


async def test_a_thread_whose_beginning_got_lost_is_noticed(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    await in_thread(agent.close, chat_id)
    await tab.until(lambda: not tab.conversation.active)
    sandbox.fault("push_lost", method="incoming_chat", count=1)
    await in_thread(say, api, message("Unheard", "m-2"))
    tab.threads = {thread_id: tab.threads[thread_id] for thread_id in tab.threads}
    await in_thread(agent.send, chat_id, "What is it?")
    await tab.shows("Hello", "Unheard", "What is it?")


@pytest.mark.parametrize("kind", ["push_doubled", "push_reordered", "push_delayed"])
async def test_pushes_that_come_twice_late_or_out_of_order_change_nothing(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, kind: str
) -> None:
    tab = await watch()
    details = {"seconds": 0.2, "jitter": 0.2} if kind == "push_delayed" else {}
    sandbox.fault(kind, share=0.5, method="incoming_event", **details)
    for number in range(8):
        await in_thread(agent.send, chat_id, f"{number}")
    await tab.shows("Hello", *map(str, range(8)))


@pytest.mark.night  # by day it is lost, and events come late
async def test_the_beginning_of_a_thread_that_comes_late_hides_nothing(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    await in_thread(agent.close, chat_id)
    await tab.until(lambda: not tab.conversation.active)
    sandbox.fault("push_delayed", method="incoming_chat", seconds=1, count=1)
    await in_thread(say, api, message("Again", "m-2"))
    await in_thread(agent.send, chat_id, "One")
    await in_thread(agent.send, chat_id, "Two")
    await tab.shows("Hello", "Again", "One", "Two")
    sandbox.fault("push_delayed", method="incoming_event", seconds=1, count=1)
    await in_thread(agent.send, chat_id, "After what came late")
    await tab.shows("Hello", "Again", "One", "Two", "After what came late")


async def test_an_event_that_comes_late_does_not_undo_its_deletion(
    watch: Any, api: ActingCustomer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.fault("push_delayed", method="incoming_event", seconds=1, count=1)
    await in_thread(say, api, message("A slip", "m-2"))
    await in_thread(agent.send, chat_id, "Pardon?")
    await tab.shows("Hello", "A slip", "Pardon?")
    thread_id = tab.conversation.thread_id
    await in_thread(delete_event, api, chat_id, thread_id, f"{thread_id}_2")
    await tab.shows("Hello", "Pardon?")
    sandbox.fault("push_delayed", method="incoming_event", seconds=1, count=1)
    await in_thread(agent.send, chat_id, "After what came late")
    await tab.shows("Hello", "Pardon?", "After what came late")


async def test_too_many_pushes_for_one_snapshot_are_fetched_instead(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, relay: Relay,
    customer: Customer, organization: Organization, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(tabs, "HELD_LIMIT", 3)
    await watch()
    relay._live[customer.pk].memory.forget()
    sandbox.fault("latency", method="get_chat", seconds=0.8, when="after", count=1)
    late = Watcher(relay, customer, organization)
    await eventually(lambda: in_thread(has_begun, sandbox))
    texts = [f"{number}" for number in range(9)]
    for text in texts:
        await in_thread(agent.send, chat_id, text)
        for tab in relay._live[customer.pk].tabs:
            assert tab.held is None or len(tab.held) <= 3
    await late.shows("Hello", *texts)
    late.leave()
