"""`GET /sandbox/requests`: what clients asked for, one entry for each request."""

from typing import Any

import pytest
import requests

from livechat_sandbox.platform.clock import Clock
from livechat_sandbox.world.journal import MOST, Journal
from tests.sandbox.clients import Customer, Failed, Rtm
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Sandbox


def journal(sandbox: Sandbox, **wanted: Any) -> list[Payload]:
    response = requests.get(f"{sandbox.url}/sandbox/requests", params=wanted, timeout=REQUEST_LIMIT)
    assert response.ok, response.text
    entries: list[Payload] = response.json()
    return entries


def test_each_request_is_there_once_newest_last(
    customer: Customer, agent: Agent, sandbox: Sandbox
) -> None:
    chat_id, _ = customer.start("hello")
    agent.send(chat_id, "hi")
    told = [
        (each["side"], each["transport"], each["method"], each["status"])
        for each in journal(sandbox)
    ]
    assert told == [
        ("customer", "accounts", "token", 200),
        ("customer", "web", "start_chat", 200),
        ("agent", "web", "send_event", 200),
    ]


def test_an_entry_says_how_much_and_when(customer: Customer, sandbox: Sandbox) -> None:
    answer = customer.request("list_chats", {})
    [entry] = journal(sandbox, method="list_chats")
    assert entry["bytes"] == len(answer.content)
    assert entry.keys() == {"side", "transport", "method", "status", "bytes", "at", "origin"}
    before = entry["at"]
    sandbox.advance(60)
    customer.request("list_chats", {})
    assert journal(sandbox)[-1]["at"] - before >= 60


def test_an_entry_says_from_which_website(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.control("requests", method="DELETE")
    shop = {"Origin": "https://shop.example"}
    customer.request("list_chats", {}, headers=shop)
    requests.post(f"{sandbox.url}/v2/customer/token", json={}, headers=shop, timeout=REQUEST_LIMIT)
    with Rtm(sandbox, **shop) as rtm:
        rtm.response_to(rtm.ask("ping"))
    customer.request("list_chats", {})
    told = [(each["transport"], each["origin"]) for each in journal(sandbox)]
    origin = shop["Origin"]
    assert told == [("web", origin), ("accounts", origin), ("rtm", origin), ("web", "")]


def test_frames_over_rtm_are_requests_and_pings_too(customer: Customer, sandbox: Sandbox) -> None:
    with customer.connect() as rtm:
        rtm.call("ping")
        rtm.call("list_chats")
    over_rtm = journal(sandbox, transport="rtm")
    assert [each["method"] for each in over_rtm] == ["login", "ping", "list_chats"]
    assert all(each["bytes"] > 0 for each in over_rtm)


def test_pushes_and_connections_are_none(
    rtm: Rtm, agent: Agent, customer: Customer, sandbox: Sandbox
) -> None:
    sandbox.control("requests", method="DELETE")
    chat_id, _ = customer.start("hello")
    rtm.next("incoming_chat")
    agent.send(chat_id, "hi")
    rtm.next("incoming_event")
    assert [each["method"] for each in journal(sandbox)] == ["start_chat", "send_event"]


def test_a_refusal_counts_with_its_status(customer: Customer, sandbox: Sandbox, rtm: Rtm) -> None:
    customer.request("get_chat", {"chat_id": "nobody's"})
    with pytest.raises(Failed):
        rtm.call("get_chat", chat_id="nobody's")
    assert [each["status"] for each in journal(sandbox, method="get_chat")] == [404, 404]


def test_a_request_without_an_answer_has_status_0(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.fault("reset_before", method="list_chats")
    with pytest.raises(requests.ConnectionError):
        customer.request("list_chats", {})
    [entry] = journal(sandbox, method="list_chats")
    assert (entry["status"], entry["bytes"]) == (0, 0)


def test_it_is_filtered_by_any_field(customer: Customer, agent: Agent, sandbox: Sandbox) -> None:
    customer.start("hello")
    agent.chats()
    assert [each["method"] for each in journal(sandbox, side="agent")] == ["list_chats"]
    assert [each["method"] for each in journal(sandbox, transport="accounts")] == ["token"]
    assert journal(sandbox, status=500) == []


def test_a_filter_that_does_not_exist_is_named(sandbox: Sandbox) -> None:
    refused = requests.get(f"{sandbox.url}/sandbox/requests?colour=red", timeout=REQUEST_LIMIT)
    assert refused.status_code == 400
    assert "colour" in refused.text
    assert "transport" in refused.text


def test_it_is_forgotten_by_delete_and_by_reset(customer: Customer, sandbox: Sandbox) -> None:
    customer.request("list_chats", {})
    sandbox.control("requests", method="DELETE")
    assert journal(sandbox) == []
    customer.request("list_chats", {})
    sandbox.reset()
    assert journal(sandbox) == []


@pytest.mark.night  # over the wire ten thousand take seconds
def test_only_the_newest_are_kept(sandbox: Sandbox, rtm: Rtm) -> None:
    for _ in range(100):
        asked = [rtm.ask("ping") for _ in range(101)]
        rtm.response_to(asked[-1])
    assert len(journal(sandbox)) == 10_000


def test_the_journal_forgets_the_oldest() -> None:
    kept = Journal(Clock())
    for number in range(MOST + 5):
        kept.note("customer", "rtm", f"ping {number}", 200, 0)
    methods = [entry.method for entry in kept.entries({})]
    assert (len(methods), methods[0]) == (MOST, "ping 5")
