"""The Agent Chat API's lists: every filter does what it says, or says that it is not there."""

import pytest

from tests.sandbox.clients import Customer
from tests.sandbox.test_reports import report
from tests.sandbox_rig import Agent, Payload, Refused, Sandbox


def archived(agent: Agent, filters: Payload) -> list[str]:
    """The chats that `list_archives` finds."""
    return [chat["id"] for chat in agent.call("list_archives", filters=filters)["chats"]]


@pytest.fixture
def chat_id(agent: Agent, customer: Customer) -> str:
    """A closed chat with an agent and two tags."""
    chat_id, thread_id = customer.start("Hello")
    for tag in ("delivery", "spam"):
        agent.call("tag_thread", chat_id=chat_id, thread_id=thread_id, tag=tag)
    agent.close(chat_id)
    return chat_id


# --- filters of several values ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "is_found"),
    [
        ({"values": ["delivery", "refund"]}, True),
        ({"values": ["delivery", "refund"], "require_every_value": True}, False),
        ({"values": ["delivery", "spam"], "require_every_value": True}, True),
        ({"exclude_values": ["delivery", "refund"]}, False),
        ({"exclude_values": ["delivery", "refund"], "require_every_value": True}, True),
        ({"exclude_values": ["delivery", "spam"], "require_every_value": True}, False),
    ],
)
def test_every_value_can_be_required(
    agent: Agent, chat_id: str, tags: Payload, is_found: bool
) -> None:
    assert archived(agent, {"tags": tags}) == ([chat_id] if is_found else [])


@pytest.mark.parametrize(
    ("types", "is_found"),
    [
        ({"all_values": ["human"]}, True),
        ({"all_values": ["human", "chatbot"]}, False),
        ({"any_values": ["human", "chatbot"]}, True),
        ({"any_values": ["ai_agent"]}, False),
        ({"exclude_values": ["human"]}, False),
        ({"any_values": ["human"], "exclude_values": ["chatbot"]}, True),
    ],
)
def test_archives_are_found_by_who_answered(
    agent: Agent, chat_id: str, types: Payload, is_found: bool
) -> None:
    assert archived(agent, {"agent_types": types}) == ([chat_id] if is_found else [])


# --- what is not there ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filters",
    [
        {"sales": {"exists": True}},
        {"goals": {"exists": True}},
        {"forms": [{"exists": True}]},
        {"greetings": {"exists": True}},
        {"agent_response": {"exists": True}},
        {"customer_countries": {"values": ["PL"]}},
    ],
)
def test_a_filter_that_is_not_built_is_refused(
    agent: Agent, chat_id: str, filters: Payload
) -> None:
    [name] = filters
    with pytest.raises(Refused, match=name):
        archived(agent, filters)


@pytest.mark.parametrize(
    "filters",
    [
        {"thread_ids": ["T1"], "query": "hello"},
        {"tags": {"exists": True, "values": ["spam"]}},
        {"agents": {"values": ["a"], "exclude_values": ["b"]}},
        {"agent_types": {"any_values": ["human"], "exclude_values": ["human"]}},
        {"agent_types": {"values": ["human"]}},
        {"agent_types": {"any_values": ["bot"]}},
        {"tags": {"any_values": ["spam"]}},
        {"properties": {"test": {"bool_property": {"require_every_value": True}}}},
    ],
)
def test_filters_of_archives_that_cannot_be_are_refused(agent: Agent, filters: Payload) -> None:
    with pytest.raises(Refused) as refused:
        archived(agent, filters)
    assert refused.value.type == "validation"


def test_archives_of_3_5_have_the_filters_of_3_5(agent: Agent) -> None:
    with pytest.raises(Refused, match="customer_id"):
        agent.call("list_archives", version="3.5", filters={"customer_id": "x"})


def test_a_report_refuses_a_filter_that_is_not_built(sandbox: Sandbox) -> None:
    week = {"from": "2020-09-01T00:00:00+02:00", "to": "2020-09-07T23:59:59+02:00"}
    with pytest.raises(Refused, match="sales"):
        report(sandbox, "chats/total_chats", filters=week | {"sales": {"exists": True}})
    with pytest.raises(Refused, match="exists"):
        report(sandbox, "chats/total_chats", filters={"greetings": week | {"exists": True}})


def test_threads_are_filtered_by_time_only(agent: Agent, chat_id: str) -> None:
    with pytest.raises(Refused, match="tags"):
        agent.call("list_threads", chat_id=chat_id, filters={"tags": {"exists": True}})


@pytest.mark.parametrize("asked", [{"filters": {"name": {"values": ["Nora"]}}}, {"sort_by": "x"}])
def test_customers_are_not_filtered(agent: Agent, asked: Payload) -> None:
    with pytest.raises(Refused) as refused:
        agent.call("list_customers", version="3.5", **asked)
    assert refused.value.type == "validation"


# --- active chats -----------------------------------------------------------------------------


def test_3_5_leaves_active_chats_out_when_asked_to(
    sandbox: Sandbox, agent: Agent, chat_id: str
) -> None:
    Customer(sandbox).start("Hello")
    listed = agent.call("list_chats", version="3.5", filters={"include_active": False})
    assert [chat["id"] for chat in listed["chats_summary"]] == [chat_id]


@pytest.mark.parametrize(
    ("version", "filters"),
    [("3.5", {"active": False}), ("3.6", {"include_active": False})],
)
def test_another_versions_filter_is_refused(agent: Agent, version: str, filters: Payload) -> None:
    [name] = filters
    with pytest.raises(Refused, match=name):
        agent.call("list_chats", version=version, filters=filters)
