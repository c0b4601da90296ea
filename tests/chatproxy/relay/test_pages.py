"""Agents see on which page of the website a customer is, also if they go on while logging in."""

from __future__ import annotations

import asyncio

from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from tests.chatproxy.people import Watcher
from tests.sandbox_rig import Agent, Sandbox

SHOP = {"url": "https://shop.example/", "title": "Shop"}


async def begin(
    relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox
) -> Watcher:
    """A tab whose login is on its way, and takes long."""
    sandbox.fault("latency", method="login", seconds=1, when="after", count=1)
    tab = Watcher(relay, customer, organization, visit=SHOP)
    async with asyncio.timeout(30):
        while sandbox.control("faults", method="GET")["faults"]:  # noqa: ASYNC110 - as it comes
            await asyncio.sleep(0.02)
    return tab


async def test_a_page_that_the_customer_goes_to_while_they_log_in_is_told(
    relay: Relay, customer: Customer, organization: Organization, agent: Agent, sandbox: Sandbox
) -> None:
    tab = await begin(relay, customer, organization, sandbox)
    await relay.move(customer.pk, "https://shop.example/cart", "Cart")
    await tab.snapshot()

    def page() -> str:
        visit = agent.call("get_customer", id=customer.entity_id)["visit"]
        return str(visit["last_pages"][-1]["title"])

    async with asyncio.timeout(30):
        while await asyncio.to_thread(page) != "Cart":  # noqa: ASYNC110 - LiveChat does not say
            await asyncio.sleep(0.1)
    tab.leave()


async def test_a_page_that_the_login_told_is_not_told_again(
    relay: Relay, customer: Customer, organization: Organization, sandbox: Sandbox
) -> None:
    tab = await begin(relay, customer, organization, sandbox)
    await tab.snapshot()
    await asyncio.sleep(0.5)
    assert "update_customer_page" not in sandbox.requests()
    tab.leave()
