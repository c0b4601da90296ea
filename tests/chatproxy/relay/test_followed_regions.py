"""A customer whose region is another is followed there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State
from tests.chatproxy.people import Watcher, in_thread
from tests.sandbox_rig import Agent, Sandbox


async def test_a_customer_in_another_region_is_followed_there(
    watch: Any, organization: Organization, chat_id: str, sandbox: Sandbox
) -> None:
    tab = await watch()
    sandbox.settings(region="fra")
    sandbox.fault("disconnect", reason="misdirected_connection", data={"region": "fra"})
    await tab.snapshot(2)
    assert await in_thread(lambda: organization.current_region) == "fra"


class AwayCache:
    def get(self, *_entry: Any) -> None:
        raise ConnectionError

    set = get


async def test_a_customer_is_followed_to_another_region_while_the_cache_is_away(
    watch: Any, chat_id: str, agent: Agent, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await watch()
    monkeypatch.setattr("chatproxy.regions.cache", AwayCache())
    sandbox.settings(region="fra")
    sandbox.fault("disconnect", reason="misdirected_connection", data={"region": "fra"})
    await tab.snapshot(2)
    await in_thread(agent.send, chat_id, "Here I am")
    await tab.shows("Hello", "Here I am")


async def test_a_customer_logs_in_in_the_region_that_their_token_names(
    transactional_db: None, relay: Relay, organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.settings(region="fra")
    customer, _token = await in_thread(Customer.objects.welcome, "shop", organization)
    tab = Watcher(relay, customer, organization)
    await tab.snapshot()
    assert State.WAITING not in tab.states


async def test_regions_that_send_a_customer_to_and_fro_are_not_run_between(
    relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("chatproxy.relay.reactions.random.uniform", lambda *_: 3600.0)
    sandbox.fault("wrong_region", transport="rtm", region="fra")
    tab = Watcher(relay, customer, organization)
    await tab.until(lambda: tab.states.count(State.WAITING) == 2)
    await asyncio.sleep(0.3)  # the next try would have begun by now
    assert tab.state is State.WAITING
    tab.leave()
