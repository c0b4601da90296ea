"""Bans of customers and of addresses, as the Configuration API has them."""

from typing import Any

import pytest

from tests.sandbox.clients import Customer
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import Agent, Refused, Sandbox

HERE = "127.0.0.1"  # where every test's customer comes from


@pytest.fixture
def owner(sandbox: Sandbox) -> Owner:
    return Owner(sandbox)


def is_refused(customer: Customer) -> bool:
    answer = customer.request("list_chats", {}).json()
    return bool(answer.get("error", {}).get("type") == "customer_banned")


def test_a_ban_says_who_banned_whom_and_when(
    owner: Owner, agent: Agent, customer: Customer
) -> None:
    with customer.connect():
        _, thread_id = customer.start("hello")
        agent.ban(customer.id, days=2)
    [ban] = owner.call("list_customer_bans")
    assert ban["ip"] == HERE
    assert ban["customer_id"] == customer.id
    assert ban["agent_id"] == agent.id
    assert ban["thread_id"] == thread_id
    assert ban["created_at"] < ban["expires_at"]


def test_a_ban_of_a_customer_leaves_the_neighbours_alone(
    agent: Agent, customer: Customer, stranger: Customer
) -> None:
    with customer.connect():
        agent.ban(customer.id)
    assert is_refused(customer)
    assert not is_refused(stranger)


def test_unless_all_come_from_one_address_and_bans_hit_it(
    agent: Agent, sandbox: Sandbox, customer: Customer, stranger: Customer
) -> None:
    sandbox.settings(bans_hit_addresses=True)
    with customer.connect():
        agent.ban(customer.id)
    assert is_refused(stranger)
    assert stranger.grant().json()["identity_exception"] == "access_denied"


def test_a_mask_for_addresses_keeps_the_neighbours_safe(
    owner: Owner, agent: Agent, sandbox: Sandbox, customer: Customer, stranger: Customer
) -> None:
    sandbox.settings(bans_hit_addresses=True)
    masked = {"monitoring": {"ip_mask": "203.0.113.1"}}
    owner.call("update_license_properties", properties=masked)
    with customer.connect():
        customer.start("hello")
        agent.ban(customer.id)
    assert not is_refused(stranger)
    assert "ip" not in owner.call("list_customer_bans")[0]


def test_3_7_bans_an_address_and_closes_its_connections(
    owner: Owner, customer: Customer, stranger: Customer
) -> None:
    with customer.connect() as rtm:
        owner.call("ban_customer", version="3.7", ip=HERE, seconds=60)
        assert rtm.farewell()["reason"] == "customer_banned"
    assert is_refused(stranger)
    owner.call("unban_customer", ip=HERE)
    assert not is_refused(stranger)


def test_a_ban_ends_by_itself(owner: Owner, sandbox: Sandbox, customer: Customer) -> None:
    owner.call("ban_customer", version="3.7", customer_id=customer.id, seconds=60)
    assert is_refused(customer)
    sandbox.advance(61)
    assert not is_refused(customer)
    assert owner.call("list_customer_bans") == []


@pytest.mark.parametrize(
    ("action", "version", "wish"),
    [
        ("ban_customer", "3.7", {"seconds": 60}),
        ("ban_customer", "3.7", {"seconds": 0, "ip": "198.51.100.7"}),
        ("ban_customer", "3.7", {"seconds": 60, "ip": "203.0.113.1"}),
        ("ban_customer", "3.6", {"seconds": 60, "ip": "198.51.100.7"}),
        ("unban_customer", "3.6", {}),
        ("unban_customer", "3.6", {"ip": HERE, "customer_id": "x"}),
    ],
)
def test_a_wrong_ban_is_refused(
    owner: Owner, action: str, version: str, wish: dict[str, Any]
) -> None:
    masked = {"monitoring": {"ip_mask": "203.0.113.1"}}
    owner.call("update_license_properties", properties=masked)
    with pytest.raises(Refused) as refused:
        owner.call(action, version=version, **wish)
    assert refused.value.type == "validation"


@pytest.mark.parametrize(
    ("version", "header"), [("3.4", "Deprecation"), ("3.5", "Legacy"), ("3.6", None), ("3.7", None)]
)
def test_a_version_near_its_end_says_when(
    customer: Customer, version: str, header: str | None
) -> None:
    with customer.connect(version) as rtm:
        assert rtm.socket.response is not None
        handshake = rtm.socket.response.headers
    answer = customer.request("list_chats", {}, version=version).headers
    for headers in (answer, handshake):
        said = [name for name in ("Deprecation", "Legacy") if name in headers]
        assert said == ([header] if header else [])
