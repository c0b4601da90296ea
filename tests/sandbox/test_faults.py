"""Faults on request: whom they meet, how often and for how long."""

import pytest
from websockets.exceptions import InvalidStatus

from livechat_sandbox.world.faults import KINDS
from tests.sandbox.clients import Connect, Customer, Failed, Rtm
from tests.sandbox_rig import REQUEST_LIMIT, ROOT, Agent, Payload, Refused, Sandbox


def test_the_whole_service_is_down_for_a_while(
    customer: Customer, agent: Agent, rtm: Rtm, connect: Connect
) -> None:
    customer.sandbox.fault("down", duration=60)
    assert rtm.is_gone()
    assert customer.request("list_chats", {}).status_code == 503
    assert customer.grant().status_code == 503
    with pytest.raises(InvalidStatus):
        connect()
    customer.sandbox.advance(61)
    assert customer.call("list_chats")["total_chats"] == 0
    assert customer.connect().call("ping") == {}


def test_a_fault_meets_one_method(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", method="get_customer")
    customer.call("list_chats")
    with pytest.raises(Refused):
        customer.call("get_customer")


def test_a_fault_meets_one_customer(customer: Customer, stranger: Customer) -> None:
    customer.sandbox.fault("error", type="internal", customer=stranger.id)
    customer.call("list_chats")
    with pytest.raises(Refused):
        stranger.call("list_chats")


def test_a_fault_meets_one_transport(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("error", type="internal", transport="rtm")
    customer.call("list_chats")
    with pytest.raises(Failed):
        rtm.call("list_chats")


def test_a_fault_leaves_agents_alone_unless_told_otherwise(
    customer: Customer, agent: Agent
) -> None:
    customer.sandbox.fault("error", type="internal")
    assert agent.chats() == []
    customer.sandbox.fault("error", type="internal", side="agent")
    with pytest.raises(Refused):
        agent.chats()


def test_a_fault_is_counted(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", count=2)
    statuses = [customer.request("list_chats", {}).status_code for _ in range(4)]
    assert statuses == [500, 500, 200, 200]
    assert customer.sandbox.control("faults", method="GET") == {"faults": []}


def test_a_fault_ends(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", duration=10)
    assert customer.request("list_chats", {}).status_code == 500
    customer.sandbox.advance(11)
    assert customer.request("list_chats", {}).status_code == 200


def test_a_share_of_requests_is_met_and_the_same_seed_meets_the_same(sandbox: Sandbox) -> None:
    def statuses() -> list[int]:
        sandbox.reset(seed="share")
        sandbox.settings(requests_per_second=None)
        customer = Customer(sandbox)
        sandbox.fault("error", type="internal", share=0.5)
        return [customer.request("list_chats", {}).status_code for _ in range(40)]

    met = statuses()
    assert 8 < met.count(500) < 32
    assert statuses() == met


def test_faults_are_cleared(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal")
    customer.sandbox.clear_faults()
    assert customer.request("list_chats", {}).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "meteor"},
        {},
        {"kind": "error"},
        {"kind": "error", "type": "nonsense"},
        {"kind": "latency", "seconds": "1"},
        {"kind": "drop", "seconds": 1},
        {"kind": "status", "status": 200},
        {"kind": "malformed", "methods": "list_chats"},
        {"kind": "token_expired", "when": "login"},
        {"kind": "token_revoked", "method": "list_chats"},
        {"kind": "latency", "seconds": 1, "transport": "mcp"},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(sandbox: Sandbox, wish: Payload) -> None:
    good = {"kind": "malformed"}
    response = sandbox.http.post(
        f"{sandbox.url}/sandbox/faults", json=[good, wish], timeout=REQUEST_LIMIT
    )
    assert response.status_code == 400
    assert sandbox.control("faults", method="GET") == {"faults": []}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_documented(kind: str) -> None:
    assert f'`{{"kind": "{kind}"' in (ROOT / "docs" / "sandbox.md").read_text()
