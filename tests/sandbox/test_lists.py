"""The Agent Chat API's lists: every filter does what it says, or says that it is not there."""

import pytest

from tests.sandbox.agents import SALES, SUPPORT
from tests.sandbox.clients import Customer, Rtm, leave_ticket
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


# --- threads of other groups ------------------------------------------------------------------


@pytest.fixture
def moved(agent: Agent, customer: Customer) -> Payload:
    """A chat that began in Sales, where the question stayed, and went on in Support."""
    question: Payload = {"events": [{"type": "message", "text": "A discount?"}]}
    in_sales = {"access": {"group_ids": [SALES]}, "thread": question}
    began = customer.call("start_chat", chat=in_sales)
    chat_id: str = began["chat_id"]
    agent.call("tag_thread", **began, tag="spam")
    agent.close(chat_id)
    in_support = {"id": chat_id, "access": {"group_ids": [SUPPORT]}}
    later = customer.call("resume_chat", chat=in_support)
    return {"chat_id": chat_id, "sales": began["thread_id"], "support": later["thread_id"]}


@pytest.fixture
def sam(sandbox: Sandbox) -> Agent:
    """An agent of the role `normal`, in the groups General and Support."""
    return Agent(sandbox, 2)


def test_a_thread_of_another_group_is_not_read(sam: Agent, moved: Payload) -> None:
    assert sam.chat(moved["chat_id"])["thread"]["id"] == moved["support"]
    with pytest.raises(Refused) as refused:
        sam.call("get_chat", chat_id=moved["chat_id"], thread_id=moved["sales"])
    assert refused.value.type == "missing_access"


def test_a_thread_of_another_group_is_not_listed(sam: Agent, agent: Agent, moved: Payload) -> None:
    shown = sam.call("list_threads", chat_id=moved["chat_id"])
    everything = agent.call("list_threads", chat_id=moved["chat_id"])
    assert [thread["id"] for thread in shown["threads"]] == [moved["support"]]
    assert (shown["found_threads"], everything["found_threads"]) == (1, 2)


def test_a_thread_of_another_group_is_not_in_the_archives(
    sam: Agent, agent: Agent, moved: Payload
) -> None:
    assert archived(sam, {"query": "discount"}) == []
    assert archived(agent, {"query": "discount"}) == [moved["chat_id"]]


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("untag_thread", {"tag": "spam"}),
        ("update_thread_properties", {"properties": {"test": {"bool_property": True}}}),
        ("get_thread_transcript", {}),
        ("request_thread_summary", {}),
    ],
)
def test_a_thread_of_another_group_is_not_touched(
    sam: Agent, moved: Payload, action: str, more: Payload
) -> None:
    where = {"chat_id": moved["chat_id"], "thread_id": moved["sales"]}
    with pytest.raises(Refused) as refused:
        sam.call(action, **where, **more)
    assert refused.value.type == "missing_access"


def test_a_token_for_ones_groups_reads_the_thread_of_ones_group(
    sandbox: Sandbox, moved: Payload
) -> None:
    maria = Agent(sandbox, 1)  # an administrator, in the groups General and Sales
    wished = {"agent": maria.id, "scopes": ["chats--access:ro"]}
    maria.authorization = f"Bearer {sandbox.control('tokens', wished)['token']}"
    shown = maria.call("list_threads", chat_id=moved["chat_id"])["threads"]
    assert [thread["id"] for thread in shown] == [moved["sales"]]


def test_archives_name_the_nearest_thread_that_one_may_see(
    agent: Agent, sam: Agent, moved: Payload
) -> None:
    agent.call("deactivate_chat", id=moved["chat_id"], ignore_requester_presence=True)
    [for_sam] = sam.call("list_archives")["chats"]
    newest, oldest = agent.call("list_archives")["chats"]
    assert for_sam["thread"]["previous_thread_id"] == moved["sales"]
    assert "previous_accessible_thread_id" not in for_sam["thread"]
    assert newest["thread"]["previous_accessible_thread_id"] == moved["sales"]
    assert oldest["thread"]["next_accessible_thread_id"] == moved["support"]


def test_a_summary_keeps_the_last_event_of_another_groups_thread(
    sam: Agent, agent: Agent, moved: Payload
) -> None:
    [for_sam] = sam.chats()
    [for_owner] = agent.chats()
    assert for_owner["last_event_per_type"]["message"]["event"]["text"] == "A discount?"
    restricted = {"restricted_access": "User has no access to following resource"}
    assert for_sam["last_event_per_type"]["message"]["event"] == restricted


# --- what agents learn of a customer ----------------------------------------------------------


def test_a_thread_tells_of_the_visit_in_which_it_began(
    agent: Agent, customer: Customer, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("Hello")
    began = agent.call("get_customer", id=customer.id)["visit"]
    shown = agent.chat(chat_id)["thread"]["customer_visit"]
    assert shown == {name: began[name] for name in ("ip", "user_agent", "geolocation")}
    older = agent.call("get_chat", version="3.5", chat_id=chat_id)
    assert "customer_visit" not in older["thread"]


def test_a_customer_tells_when_each_side_wrote_last(agent: Agent, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    before = agent.call("get_customer", id=customer.id)
    agent.send(chat_id, "Hello Nora")
    asked, answered = customer.thread(chat_id)["events"]
    after = agent.call("get_customer", id=customer.id)
    assert "agent_last_event_created_at" not in before
    assert after["customer_last_event_created_at"] == asked["created_at"]
    assert after["agent_last_event_created_at"] == answered["created_at"]


def test_a_customers_tickets_are_counted(sandbox: Sandbox, customer: Customer) -> None:
    agent = Agent(sandbox)
    leave_ticket(customer)
    [chat] = agent.chats()
    counted = agent.call("get_customer", id=customer.id)["statistics"]["tickets_count"]
    sandbox.control("deletions", {"chat_id": chat["id"]})
    left = agent.call("get_customer", id=customer.id)["statistics"]["tickets_count"]
    assert (counted, left) == (1, 0)
