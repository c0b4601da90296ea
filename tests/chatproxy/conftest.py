"""An organization in the sandbox, and customers of it our code knows."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from chatproxy.service import ConfiguredService
from tests.sandbox_rig import Sandbox

from .people import Watcher


@pytest.fixture
def organization(sandbox: Sandbox, settings: Any) -> Organization:
    """The sandbox's organization as a widget reaches it."""
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = sandbox.url
    return Organization(
        organization_id=sandbox.config["organization_id"],
        client_id=sandbox.config["client_id"],
        redirect_uri=sandbox.config["redirect_uri"],
        service=ConfiguredService(),
    )


@pytest.fixture
def customer(transactional_db: None, organization: Organization) -> Customer:
    """Somebody who has just acted for the first time."""
    found, _token = Customer.objects.welcome("shop", organization)
    return found


@pytest.fixture
def api(customer: Customer, organization: Organization) -> ActingCustomer:
    return ActingCustomer(customer, organization)


@pytest.fixture
def again(customer: Customer, organization: Organization) -> Any:
    """The same customer in another request: `again()` knows only what is stored."""
    return lambda: ActingCustomer(Customer.objects.get(pk=customer.pk), organization)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a fiftieth of their shortest length."""

    def uniform(shortest: float, _longest: float) -> float:
        return shortest / 50

    monkeypatch.setattr("chatproxy.relay.reactions.random.uniform", uniform)


@pytest_asyncio.fixture
async def relay(settings: Any) -> AsyncIterator[Relay]:
    settings.CHAT_RELAY_LINGER = 0.2
    running = Relay()
    yield running
    await running.close()


@pytest_asyncio.fixture
async def watch(relay: Relay, customer: Customer, organization: Organization) -> AsyncIterator[Any]:
    """`await watch()` opens a tab of the customer and waits for its first snapshot."""
    opened: list[Watcher] = []

    async def open_tab(since: str = "", **visit: str) -> Watcher:
        watcher = Watcher(relay, customer, organization, since, visit)
        opened.append(watcher)
        await watcher.snapshot()
        return watcher

    yield open_tab
    for watcher in opened:
        watcher.leave()


@pytest.fixture
def group(organization: Organization) -> Organization:
    """The same organization with an identity in each group."""
    return dataclasses.replace(organization, identity_per_group=True, group_id=1)


@pytest.fixture
def chat_id(api: ActingCustomer) -> str:
    say(api, message("Hello", "m-1"))
    return api.customer.chat_id


@pytest.fixture
def begun(api: ActingCustomer) -> ActingCustomer:
    """Somebody who has said hello."""
    say(api, message("Hello", "m-0"))
    return api
