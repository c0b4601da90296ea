"""No customer delays another, however many there are."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.relay.updates import State
from tests.chatproxy.people import Watcher, in_thread
from tests.sandbox_rig import Agent, Sandbox


async def test_logins_at_once_are_bounded(
    organization: Organization, transactional_db: None, settings: Any, sandbox: Sandbox
) -> None:
    settings.CHAT_RELAY_LOGINS_AT_ONCE = 2
    sandbox.settings(unauthorized_connections_per_ip=2)
    sandbox.fault("latency", method="login", seconds=0.05, when="before")
    relay = Relay()
    welcome = Customer.objects.welcome
    crowd = [(await in_thread(welcome, "shop", organization))[0] for _ in range(8)]
    tabs = [Watcher(relay, customer, organization) for customer in crowd]
    for tab in tabs:
        await tab.snapshot()
    assert all(State.WAITING not in tab.states for tab in tabs)
    await relay.close()


async def test_a_flood_for_one_customer_does_not_delay_another(
    watch: Any, relay: Relay, organization: Organization, chat_id: str, agent: Agent,
    sandbox: Sandbox,
) -> None:  # fmt: skip
    sandbox.settings(requests_per_second=None)
    flooded = await watch()
    other, _token = await in_thread(Customer.objects.welcome, "shop", organization)
    other_api = ActingCustomer(other, organization)
    await in_thread(say, other_api, message("Me too", "m-1"))
    tab = Watcher(relay, other, organization)
    await tab.snapshot()
    is_over = threading.Event()

    def flood() -> None:
        while not is_over.is_set():
            agent.send(chat_id, "x" * 1000)

    flooding = asyncio.create_task(in_thread(flood))
    try:
        await flooded.until(lambda: len(flooded.texts) > 20)
        await in_thread(Agent(sandbox).send, other.chat_id, "Quick")
        await tab.shows("Me too", "Quick")
    finally:
        is_over.set()
        await flooding
    tab.leave()


async def test_one_customers_failing_upstream_does_not_delay_another(
    watch: Any, relay: Relay, customer: Customer, organization: Organization,
    chat_id: str, agent: Agent, sandbox: Sandbox,
) -> None:  # fmt: skip
    stuck, _token = await in_thread(Customer.objects.welcome, "shop", organization)
    sandbox.fault("silent", when="connect", customer=stuck.entity_id)
    sandbox.fault("latency", method="login", seconds=600, customer=stuck.entity_id)
    waiting = Watcher(relay, stuck, organization)
    tab = await watch()
    await in_thread(agent.send, chat_id, "Quick")
    await tab.shows("Hello", "Quick")
    waiting.leave()
