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


# ---- who was there, who waited, what was answered


def test_a_report_tells_how_long_agents_were_there(sandbox: Sandbox, agent: Agent) -> None:
    sandbox.advance(3600)
    agent.call("set_routing_status", status="not_accepting_chats")
    sandbox.advance(1800)
    found = report(sandbox, "agents/availability")
    assert 1 <= found["total"] < 1.1
    hours = sum(each["hours"] for each in found["records"].values())
    assert hours == pytest.approx(found["total"], abs=0.01)  # of two days, each rounded
    maria = {"agents": {"values": ["maria@shop.example"]}}
    filters = {"from": "2026-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"} | maria
    assert report(sandbox, "agents/performance", filters=filters)["records"].keys() == {
        "maria@shop.example"
    }


def test_a_report_tells_how_agents_did(sandbox: Sandbox, day: str) -> None:
    found = report(sandbox, "agents/performance")
    piotr = found["records"]["piotr@shop.example"]
    assert (piotr["chats_count"], piotr["chats_rated_good"], piotr["chats_rated_bad"]) == (1, 1, 0)
    assert piotr["first_response_chats_count"] == 1
    assert 30 <= piotr["first_response_time"] < 40
    assert piotr["accepting_chats_time"] == piotr["logged_in_time"] >= 30
    assert found["records"]["maria@shop.example"]["logged_in_time"] == 0
    assert found["summary"]["chats_count"] == 1


def test_a_report_tells_who_waited_and_who_left(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    sandbox.settings(max_chats={agent.id: 0})
    chat_id, _ = customer.start("Hello")
    patient = Customer(sandbox)
    patient.start("I can wait")
    sandbox.advance(60)
    customer.call("deactivate_chat", id=chat_id)
    sandbox.advance(60)
    sandbox.settings(max_chats={agent.id: 1})
    [waited] = [
        each for each in report(sandbox, "chats/queued_visitors")["records"].values() if each
    ]
    assert (waited["left_queue"]["count"], waited["queued"]["count"]) == (1, 1)
    assert 60 <= waited["left_queue"]["max"] < 120 <= waited["queued"]["min"]
    left = report(sandbox, "chats/queued_visitors_left")
    assert (left["total"], left["summary"]) == (1, {"left_without_details": 1, "total_pages": 1})
    assert left["records"][chat_id]["visitor"]["id"] == customer.id
    assert left["records"][chat_id]["queue"]["group"] == 0


def test_a_report_counts_the_choices_in_forms(sandbox: Sandbox, customer: Customer) -> None:
    choice = {"id": "1", "label": "By train"}
    fields = [
        {"id": "7", "type": "radio", "label": "How?", "answer": choice},
        {"id": "8", "type": "question", "label": "Why?", "answer": "Because"},
    ]
    chat_id, _ = customer.start("Hello")
    for _ in range(2):
        event = {"type": "filled_form", "form_id": "42", "fields": fields}
        customer.call("send_event", chat_id=chat_id, event=event)
    answers = [{"answer_id": "1", "label": "By train", "count": 2}]
    counted = [{"field_id": "7", "label": "How?", "answers": answers}]
    assert report(sandbox, "chats/forms")["records"] == [
        {"form_id": "42", "count": 2, "group_id": 0, "fields": counted}
    ]


def test_a_report_counts_what_greetings_led_to(sandbox: Sandbox, customer: Customer) -> None:
    sandbox.settings(greetings={"1": {"enabled": True, "delay": 0, "url_contains": ""}})
    with customer.connect(customer_page={"url": "https://shop.example/", "title": "Shop"}) as rtm:
        shown = rtm.next("incoming_greeting")
        rtm.call("accept_greeting", greeting_id=1, unique_id=shown["unique_id"])
    found = report(sandbox, "chats/greetings_conversion")
    [counts] = [each["1"] for each in found["records"].values() if each]
    assert counts == {"accepted": 1, "canceled": 0, "displayed": 1, "goals": 0}
    assert found["total"] == 1


def test_visitors_come_from_domains(sandbox: Sandbox, customer: Customer, agent: Agent) -> None:
    page = {"url": "https://shop.example/cart", "title": "Cart"}
    with customer.connect(customer_page=page) as rtm:
        rtm.call("update_customer_page", url="https://shop.example/pay", title="Pay")
    found = get(sandbox, agent, "v3.7/reports/stats/visitor_domains")
    assert found == {"name": "visitor-domains-report", "summary": {"shop.example": 2}}


def get(sandbox: Sandbox, agent: Agent, path: str) -> Payload:
    headers = {"Authorization": agent.authorization}
    url = f"{sandbox.url}/{path}"
    found: Payload = answer_of(sandbox.http.get(url, headers=headers, timeout=REQUEST_LIMIT))
    return found


def test_a_report_may_be_asked_for_in_the_address(sandbox: Sandbox, day: str, agent: Agent) -> None:
    path = f"v3.6/reports/chats/tags?filters.from={day}T00:00:00Z&filters.to={day}T23:59:59Z"
    tagged = f"{path}&filters.tags.values=spam&filters.properties[rating][score].exists=true"
    assert get(sandbox, agent, f"{tagged}&filters.groups.values=0")["total"] == 1
    assert get(sandbox, agent, f"{path}&filters.tags.exclude_values=spam")["total"] == 0
    with pytest.raises(Refused, match="more than one thing"):
        get(sandbox, agent, "v3.6/reports/chats/tags?filters=x&filters.from=y")


@pytest.mark.parametrize(
    ("after", "before"),
    [
        ("0001-01-01T00:00:00+14:00", "0001-01-01T01:00:00+14:00"),
        ("9999-12-31T22:00:00Z", "9999-12-31T23:59:59Z"),
        ("2000-01-01T00:00:00Z", "9998-01-01T00:00:00Z"),
    ],
)
def test_a_report_by_the_day_is_about_ten_years_at_most(
    sandbox: Sandbox, after: str, before: str
) -> None:
    """It is cut into pieces by the hour, and a calendar has ends."""
    with pytest.raises(Refused, match="validation"):
        report(sandbox, "chats/total_chats", filters={"from": after, "to": before})


def test_a_group_in_the_address_with_too_many_digits_is_none(
    sandbox: Sandbox, day: str, agent: Agent
) -> None:
    path = f"v3.6/reports/chats/tags?filters.from={day}T00:00:00Z&filters.to={day}T23:59:59Z"
    assert get(sandbox, agent, f"{path}&filters.groups.values={'9' * 5000}")["total"] == 0
