"""What a customer has read while the connection to LiveChat was down is told when it is up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State
from tests.chatproxy.people import Watcher
from tests.sandbox_rig import Agent, Sandbox

MARKED = "mark_events_as_seen"


@pytest.fixture
def chat_id(api: ActingCustomer) -> str:
    say(api, message("Hello", "m-1"))
    return api.customer.chat_id


async def shown(tab: Watcher, agent: Agent, chat_id: str) -> str:
    """When the agent's words were written, once they are on screen."""
    await asyncio.to_thread(agent.send, chat_id, "Hello?")
    await tab.shows("Hello", "Hello?")
    return max(event.created_at for thread in tab.threads.values() for event in thread.values())


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - LiveChat does not tell us
            await asyncio.sleep(0.1)


async def test_what_was_read_while_there_was_no_connection_is_told_once_there_is(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await watch()
    read = await shown(tab, agent, chat_id)
    sandbox.fault("disconnect", reason="inactivity_timeout")
    await tab.until(lambda: tab.state is State.REFUSED)
    relay.see(customer.pk, chat_id, read, arrived=False)
    await tab.snapshot(2)  # somebody who reads is there
    await tab.until(lambda: tab.conversation.seen.get(customer.entity_id) == read)
    assert sandbox.requests().count(MARKED) == 1


async def test_what_livechat_did_not_take_is_told_after_the_next_login(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, agent: Agent, sandbox: Sandbox,
    soon: None,
) -> None:  # fmt: skip
    tab = await watch()
    read = await shown(tab, agent, chat_id)
    sandbox.fault("error", method=MARKED, type="internal", count=1)
    relay.see(customer.pk, chat_id, read, arrived=False)
    await until(lambda: MARKED in sandbox.requests())
    sandbox.fault("drop")
    await tab.snapshot(2)
    await tab.until(lambda: tab.conversation.seen.get(customer.entity_id) == read)
    assert sandbox.requests().count(MARKED) == 2


async def test_what_livechat_refuses_to_know_is_not_told_again(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, agent: Agent, sandbox: Sandbox,
    soon: None,
) -> None:  # fmt: skip
    tab = await watch()
    read = await shown(tab, agent, chat_id)
    sandbox.fault("error", method=MARKED, type="authorization", count=1)
    relay.see(customer.pk, chat_id, read, arrived=False)
    await until(lambda: MARKED in sandbox.requests())
    sandbox.fault("drop")
    await tab.snapshot(2)
    await asyncio.sleep(0.5)
    assert sandbox.requests().count(MARKED) == 1
