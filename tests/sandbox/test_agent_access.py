"""Whom the Agent Chat API lets pass, and whom agents may bring where."""

import pytest

from tests.sandbox.agents import (
    ACCEPTING,
    SALES,
    SAM,
    SUPPORT,
    AgentRtm,
    bot_of,
    refusal,
    sales_chat,
)
from tests.sandbox.clients import Customer
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Sandbox


def test_a_customers_token_is_refused(agent: Agent, customer: Customer) -> None:
    agent.authorization = customer.authorization
    assert refusal(agent, "list_chats") == "authentication"


def test_a_basic_credential_is_taken(agent: Agent) -> None:
    agent.authorization = f"Basic {agent.config['basic']}"
    assert agent.call("list_chats")["found_chats"] == 0


def test_an_unknown_action_is_refused(agent: Agent) -> None:
    assert refusal(agent, "make_coffee") == "validation"


def test_a_chat_of_other_groups_is_missing_access(sandbox: Sandbox, customer: Customer) -> None:
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [1]}})["chat_id"]
    assert refusal(Agent(sandbox, SAM), "get_chat", chat_id=chat_id) == "missing_access"


def test_writing_without_being_in_the_chat_is_refused(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    event = {"type": "message", "text": "Hi"}
    other = Agent(sandbox, 1)
    assert refusal(other, "send_event", chat_id=chat_id, event=event) == "authorization"


def test_a_bot_token_lets_a_bot_in(sandbox: Sandbox, agent: Agent) -> None:
    bot = bot_of(sandbox)
    bot.call("set_routing_status", **ACCEPTING)
    assert status_of(agent, bot) == "accepting_chats"


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_a_bot_cannot_log_in_over_rtm(sandbox: Sandbox, version: str) -> None:
    bot = bot_of(sandbox)
    with pytest.raises(AssertionError, match="Bots use the Web API"):
        AgentRtm(sandbox, bot.authorization, version)


def status_of(agent: Agent, other: Agent) -> str:
    listed = agent.call("list_routing_statuses")
    statuses: dict[str, str] = {each["agent_id"]: each["status"] for each in listed}
    return statuses[other.id]


@pytest.mark.parametrize(
    ("version", "status"), [("3.5", "accepting_chats"), ("3.6", "offline"), ("3.7", "offline")]
)
def test_a_web_request_speaks_for_a_bot_in_3_5_only(
    sandbox: Sandbox, agent: Agent, version: str, status: str
) -> None:
    bot = bot_of(sandbox)
    sandbox.http.post(
        f"{sandbox.url}/v{version}/agent/action/set_routing_status",
        json=ACCEPTING,
        headers={"Authorization": agent.authorization, "X-Author-Id": bot.id},
        timeout=REQUEST_LIMIT,
    ).raise_for_status()
    assert status_of(agent, bot) == status


@pytest.mark.parametrize(
    ("version", "status"), [("3.5", "accepting_chats"), ("3.6", "offline"), ("3.7", "offline")]
)
def test_a_frame_speaks_for_a_bot_in_3_5_only(
    sandbox: Sandbox, agent: Agent, version: str, status: str
) -> None:
    bot = bot_of(sandbox)
    desk = AgentRtm(sandbox, agent.authorization, "3.5")
    with desk.stack:
        desk.call("set_routing_status", {"version": version, "author_id": bot.id}, **ACCEPTING)
    assert status_of(agent, bot) == status


def test_an_agent_without_access_is_not_added(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    added = {"user_id": Agent(sandbox, SAM).id, "user_type": "agent", "visibility": "all"}
    chat_id = sales_chat(customer)
    refused = refusal(
        agent, "add_user_to_chat", chat_id=chat_id, ignore_requester_presence=True, **added
    )
    assert refused == "missing_access"


def test_a_customer_is_added_for_all_to_see(agent: Agent, customer: Customer) -> None:
    chat_id = agent.call("start_chat")["chat_id"]
    added = {"user_id": customer.id, "user_type": "customer", "visibility": "agents"}
    assert refusal(agent, "add_user_to_chat", chat_id=chat_id, **added) == "validation"


def test_a_token_for_ones_groups_begins_chats_in_ones_groups_only(
    sandbox: Sandbox, agent: Agent
) -> None:
    maria = Agent(sandbox, 1)  # an administrator, in the groups General and Sales
    wished = {"agent": maria.id, "scopes": ["chats--access:rw"]}
    maria.authorization = f"Bearer {sandbox.control('tokens', wished)['token']}"
    elsewhere = {"access": {"group_ids": [SUPPORT]}}
    assert refusal(maria, "start_chat", chat=elsewhere) == "missing_access"
    chat_id = maria.call("start_chat", chat={"access": {"group_ids": [SALES]}})["chat_id"]
    maria.close(chat_id)
    assert refusal(maria, "resume_chat", chat={"id": chat_id} | elsewhere) == "missing_access"


def test_an_unknown_agent_among_the_users_is_refused(agent: Agent, customer: Customer) -> None:
    users = [{"id": customer.id, "type": "customer"}, {"id": "x@shop.example", "type": "agent"}]
    assert refusal(agent, "start_chat", chat={"users": users}) == "not_found"
