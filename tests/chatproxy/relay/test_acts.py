"""A customer acts over the connection that they are live on; agents see their pages."""

from __future__ import annotations

from typing import Any

import pytest

from chatproxy.livechat.errors import NotConnected
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from tests.chatproxy.people import in_thread
from tests.sandbox_rig import Agent, Sandbox
from tests.waiting import eventually


async def test_the_customers_acts_go_over_the_connection(
    watch: Any, relay: Relay, customer: Customer, chat_id: str
) -> None:
    tab = await watch()
    newest = tab.snapshots[0].threads[-1].events[-1].created_at
    payload = {"chat_id": chat_id, "seen_up_to": newest}
    assert await relay.act(customer.pk, "mark_events_as_seen", payload) == {}


async def test_what_livechat_is_just_told_has_been_read(
    watch: Any, relay: Relay, customer: Customer, chat_id: str, sandbox: Sandbox
) -> None:
    await watch()
    at = "2999-03-18T21:24:05.118200Z"
    sandbox.fault("latency", transport="rtm", method="mark_events_as_seen", seconds=600)
    relay.see(customer.pk, chat_id, at, arrived=False)
    live = relay._live[customer.pk]
    await eventually(lambda: live.connection and live.connection._pending)
    assert relay.seen_up_to(customer.pk) == at


async def test_nobody_acts_who_is_not_live(relay: Relay) -> None:
    with pytest.raises(NotConnected):
        await relay.act(4711, "list_chats", {})


async def test_agents_follow_the_customer_from_page_to_page(
    watch: Any, relay: Relay, customer: Customer, agent: Agent
) -> None:
    await watch(url="https://shop.example/", title="Shop")
    await relay.move(customer.pk, "https://shop.example/cart", "Cart")
    seen = await in_thread(lambda: agent.call("get_customer", id=customer.entity_id))
    assert seen["visit"]["last_pages"][-1]["title"] == "Cart"


async def test_the_page_of_another_tab_is_passed_on(
    watch: Any, customer: Customer, agent: Agent
) -> None:
    await watch(url="https://shop.example/", title="Shop")
    await watch(url="https://shop.example/cart", title="Cart")

    def is_in_the_cart() -> bool:
        visit = agent.call("get_customer", id=customer.entity_id)["visit"]
        return bool(visit["last_pages"][-1]["title"] == "Cart")

    await eventually(lambda: in_thread(is_in_the_cart))


async def test_after_a_reconnect_the_page_is_the_latest(
    watch: Any, relay: Relay, customer: Customer, agent: Agent, sandbox: Sandbox, soon: None
) -> None:
    tab = await watch(url="https://shop.example/", title="Shop")
    await relay.move(customer.pk, "https://shop.example/cart", "Cart")
    sandbox.fault("drop")
    await tab.snapshot(2)
    assert relay._live[customer.pk].visit.title == "Cart"
