"""Fixtures for tests of the sandbox: customers and an agent who speak the protocol."""

from collections.abc import Callable, Iterator

import pytest

from tests.sandbox.agents import AgentRtm
from tests.sandbox.clients import Customer, Rtm
from tests.sandbox_rig import Agent, Sandbox


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    """Nora, who has just come to the website."""
    return Customer(sandbox)


@pytest.fixture
def stranger(sandbox: Sandbox) -> Customer:
    """Another customer of the same organization."""
    return Customer(sandbox)


@pytest.fixture
def rtm(customer: Customer) -> Iterator[Rtm]:
    """A connection of Nora's that has logged in."""
    with customer.connect() as connection:
        connection.forget()
        yield connection


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., Rtm]]:
    """Opens connections that nobody has logged in on yet, and closes them in the end."""
    opened: list[Rtm] = []

    def open_one(version: str = "3.6", **headers: str) -> Rtm:
        opened.append(Rtm(sandbox, version, **headers))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def desk(sandbox: Sandbox, agent: Agent) -> Iterator[AgentRtm]:
    """A connection of Piotr's."""
    running = AgentRtm(sandbox, agent.authorization)
    yield running
    running.stack.close()
