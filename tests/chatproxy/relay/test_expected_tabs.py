"""What a tab needs is there before it comes: it was expected while its page was loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest_asyncio

from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import IncomingEvent
from chatproxy.livechat.rtm import Visit
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State
from tests.chatproxy.people import has_left, in_thread
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually


@pytest_asyncio.fixture
async def expect(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, settings: Any
) -> Callable[[], None]:
    """`expect()` says that a tab will come; nobody is there yet. It is waited for to no end."""
    (await watch()).leave()
    await eventually(lambda: not relay._live)
    settings.CHAT_RELAY_LINGER = 3600
    return lambda: relay.expect(customer, organization, Visit(url="https://shop.example/"))


async def test_what_an_expected_tab_needs_is_there_before_it_comes(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, expect: Callable[[], None]
) -> None:
    expect()
    await eventually(lambda: relay.states() == {State.LIVE: 1})
    live = relay._live[customer.pk]
    tab = await watch(url="https://shop.example/")
    assert tab.texts == ["Hello"]
    assert tab.states == [State.LIVE]
    assert relay._live[customer.pk] is live


async def test_a_tab_that_comes_before_its_chat_was_read_sees_it_once(
    watch: Any, chat_id: str, expect: Callable[[], None]
) -> None:
    expect()
    tab = await watch()
    assert tab.texts == ["Hello"]
    assert len(tab.snapshots) == 1


async def test_what_is_said_before_and_after_an_expected_tab_comes_is_shown_once_in_order(
    watch: Any, relay: Relay, chat_id: str, agent: Agent, expect: Callable[[], None]
) -> None:
    expect()
    await eventually(lambda: relay.states() == {State.LIVE: 1})
    await in_thread(agent.send, chat_id, "Before")
    tab = await watch()
    await in_thread(agent.send, chat_id, "After")
    await tab.shows("Hello", "Before", "After")
    assert len(tab.heard(IncomingEvent)) + len(tab.snapshots[0].threads[0].events) == len(
        tab.threads[tab.conversation.thread_id]
    )


async def test_a_tab_that_shows_something_already_is_not_the_expected_one(
    watch: Any, relay: Relay, chat_id: str, expect: Callable[[], None]
) -> None:
    expect()
    await eventually(lambda: relay.states() == {State.LIVE: 1})
    tab = await watch(since=f"{chat_id}_1")
    assert tab.snapshots[0].threads
    assert relay.tabs() == 2


async def test_who_is_expected_and_does_not_come_is_let_go(
    relay: Relay, customer: Customer, agent: Agent, sandbox: Sandbox, expect: Callable[[], None],
    settings: Any,
) -> None:  # fmt: skip
    sandbox.settings(offline_grace=0)
    settings.CHAT_RELAY_LINGER = 0.2
    expect()
    await asyncio.sleep(0)
    assert relay._live
    await eventually(lambda: not relay._live)
    await eventually(lambda: has_left(customer, agent))


async def test_who_is_here_already_is_not_expected_once_more(
    watch: Any, relay: Relay, customer: Customer, organization: Organization, chat_id: str
) -> None:
    tab = await watch()
    relay.expect(customer, organization, Visit())
    await asyncio.sleep(0)
    assert relay.tabs() == 1
    assert tab.state is State.LIVE
