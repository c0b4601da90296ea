"""The Reports API: what the chats of a time amount to, as the official examples ask for it."""

from typing import Any

import pytest

from tests.sandbox.clients import Customer
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox, answer_of


def report(sandbox: Sandbox, name: str, token: str = "", **asked: Any) -> Payload:
    """A report by the first agent, or by another token of theirs."""
    agent = Agent(sandbox)
    found: Payload = answer_of(
        sandbox.http.post(
            f"{sandbox.url}/v3.6/reports/{name}",
            json=asked,
            headers={"Authorization": f"Bearer {token}" if token else agent.authorization},
            timeout=REQUEST_LIMIT,
        )
    )
    return found


@pytest.fixture
def day(sandbox: Sandbox, customer: Customer) -> str:
    """A tagged chat, answered after half a minute and rated good; on which day."""
    agent = Agent(sandbox)
    chat_id, thread_id = customer.start("Hello")
    where = {"chat_id": chat_id, "thread_id": thread_id}
    sandbox.advance(30)
    agent.send(chat_id, "Hello Nora")
    agent.call("tag_thread", **where, tag="spam")
    customer.call("update_thread_properties", **where, properties={"rating": {"score": 1}})
    created_at: str = customer.thread(chat_id)["created_at"]
    return created_at[:10]


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("chats/total_chats", {"total": 1}),
        ("chats/tags", {"spam": 1}),
        ("chats/groups", {"0": 1}),
        ("chats/ratings", {"chats": 1, "good": 1}),
        ("chats/engagement", {"started_by_customer_without_greeting": 1}),
    ],
)
def test_a_report_counts_by_day(sandbox: Sandbox, day: str, name: str, within: Payload) -> None:
    filters = {"from": f"{day}T00:00:00+00:00", "to": f"{day}T23:59:59+00:00"}
    found = report(sandbox, name, filters=filters, distribution="day")
    assert found["total"] == 1
    assert found["records"] == {day: within}


@pytest.mark.parametrize("field", ["first_response_time", "response_time", "duration"])
def test_a_report_tells_how_long_it_took(sandbox: Sandbox, day: str, field: str) -> None:
    [within] = [each for each in report(sandbox, f"chats/{field}")["records"].values() if each]
    assert within["count"] == 1
    assert 30 <= within[field] < 40


def test_a_report_ranks_agents_and_counts_tags(sandbox: Sandbox, day: str) -> None:
    ranked = report(sandbox, "chats/ranking")["records"]
    assert ranked == {"piotr@shop.example": {"total": 1, "good": 1, "bad": 0, "score": 1}}
    assert report(sandbox, "tags/chat_usage")["records"] == {"spam": 1}
    assert report(sandbox, "customers/unique_visitors")["summary"]["page_views"] == 0


def test_a_report_is_of_the_chats_that_fit(sandbox: Sandbox, day: str) -> None:
    filters: Payload = {"from": f"{day}T00:00:00+00:00", "to": f"{day}T23:59:59+00:00"}
    for unfit in ({"tags": {"exclude_values": ["spam"]}}, {"groups": {"values": [1]}}):
        assert report(sandbox, "chats/total_chats", filters=filters | unfit)["total"] == 0
    before = {"from": "2020-09-01T00:00:00+02:00", "to": "2020-09-02T23:59:59+02:00"}
    empty = report(sandbox, "chats/total_chats", filters=before)
    assert empty["records"] == {"2020-09-01": {}, "2020-09-02": {}}


def test_reports_need_their_scope_and_both_ends(sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match=r"filters\.to"):
        report(sandbox, "chats/tags", filters={"from": "2020-09-01T00:00:00+02:00"})
    wished = {"agent": "piotr@shop.example", "scopes": ["chats--all:ro"]}
    token = sandbox.control("tokens", wished)["token"]
    with pytest.raises(Refused, match="reports_read"):
        report(sandbox, "chats/tags", token)
