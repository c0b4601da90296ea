"""What agents are told over RTM, as it happens or later."""

from collections.abc import Iterator

import pytest

from tests.sandbox.agents import ACCEPTING, MARIA, SAM, AgentRtm, bot_of, sales_chat
from tests.sandbox.clients import Customer, Rtm
from tests.sandbox_rig import Agent, Payload, Sandbox

TICKET_FORM = "177383"


def test_login_answers_before_any_push(desk: AgentRtm, agent: Agent) -> None:
    assert desk.login["my_profile"]["id"] == agent.id
    assert desk.pushes == []


def test_an_agent_sees_a_new_chat_and_what_the_customer_is_typing(
    desk: AgentRtm, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    assert desk.next("incoming_chat")["chat"]["id"] == chat_id
    customer.call("send_sneak_peek", chat_id=chat_id, sneak_peek_text="I wonder")
    assert desk.next("incoming_sneak_peek")["sneak_peek"]["text"] == "I wonder"


def test_the_push_of_an_own_event_carries_the_request_id(
    desk: AgentRtm, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    desk.next("incoming_chat")
    desk.call("send_event", chat_id=chat_id, event={"type": "message", "text": "Hi"})
    desk.next("incoming_event")
    assert desk.pushes[-1]["request_id"] == "1"


def test_the_customer_sees_typing_thinking_and_previews(
    desk: AgentRtm, customer: Customer, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("Hello")
    bold = {"chats": {"formatting": "commonmark"}}
    preview = {"type": "message", "text": "Your par", "custom_id": "a-1", "properties": bold}
    desk.call("send_typing_indicator", chat_id=chat_id, is_typing=True)
    desk.call("send_thinking_indicator", chat_id=chat_id, title="Looking")
    desk.call("send_event_preview", chat_id=chat_id, event=preview)
    assert rtm.next("incoming_typing_indicator")["typing_indicator"]["is_typing"]
    assert rtm.next("incoming_thinking_indicator")["title"] == "Looking"
    shown = rtm.next("incoming_event_preview")["event"]
    assert shown["text"] == "Your par"
    assert shown["properties"]["chats"] == bold["chats"]


def test_logout_answers_and_then_the_connection_ends(sandbox: Sandbox, agent: Agent) -> None:
    connection = AgentRtm(sandbox, agent.authorization)
    assert connection.call("logout") == {}
    assert connection.next("agent_disconnected")["reason"] == "agent_logged_out_remotely"


def test_an_agent_who_left_for_long_hands_the_chat_over(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    connection = AgentRtm(sandbox, agent.authorization)
    chat_id, _ = customer.start("Hello")
    sandbox.settings(agents={MARIA: "accepting_chats"})
    connection.stack.close()
    agent.call("list_chats")
    sandbox.advance(31)
    present = [user["id"] for user in agent.chat(chat_id)["users"] if user["present"]]
    assert MARIA in present
    assert agent.id not in present


def test_a_ban_closes_the_customers_connection(agent: Agent, customer: Customer, rtm: Rtm) -> None:
    customer.start("Hello")
    agent.ban(customer.id)
    assert rtm.farewell()["reason"] == "customer_banned"


@pytest.fixture
def support(sandbox: Sandbox) -> Iterator[AgentRtm]:
    """Sam, who is of Support and not of Sales, and gets no chats himself."""
    running = AgentRtm(sandbox, Agent(sandbox, SAM).authorization, away=True)
    yield running
    running.stack.close()


def transfer(agent: Agent, chat_id: str, kind: str, *ids: object, waits: bool = False) -> None:
    target = {"type": kind, "ids": ids}
    agent.call("transfer_chat", id=chat_id, target=target, ignore_agents_availability=waits)


def test_a_group_is_shown_a_chat_that_waits_for_it(
    support: AgentRtm, agent: Agent, customer: Customer
) -> None:
    chat_id = sales_chat(customer)
    transfer(agent, chat_id, "group", 2, waits=True)
    shown = support.next("incoming_chat")
    assert shown["chat"]["id"] == chat_id
    assert shown["requester_id"] == agent.id
    assert shown["transferred_from"] == {"group_ids": [1], "agent_ids": [agent.id]}


def test_a_group_is_shown_a_chat_that_one_of_it_takes(
    sandbox: Sandbox, support: AgentRtm, agent: Agent, customer: Customer
) -> None:
    taker = bot_of(sandbox, groups=[{"id": 2, "priority": "first"}])
    taker.call("set_routing_status", **ACCEPTING)
    chat_id = sales_chat(customer)
    transfer(agent, chat_id, "group", 2)
    shown = support.next("incoming_chat")
    assert taker.id in [user["id"] for user in shown["chat"]["users"] if user["present"]]
    assert shown["transferred_from"] == {"group_ids": [1], "agent_ids": [agent.id]}


def test_who_is_given_a_chat_is_told_from_whom(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    maria = AgentRtm(sandbox, Agent(sandbox, 1).authorization, away=True)
    with maria.stack:
        chat_id = sales_chat(customer)
        assert "transferred_from" not in maria.next("incoming_chat")
        transfer(agent, chat_id, "agent", MARIA, waits=True)
        shown = maria.next("incoming_chat")
    assert shown["transferred_from"] == {"group_ids": [1], "agent_ids": [agent.id]}


def test_agents_are_told_what_was_deleted(
    sandbox: Sandbox, agent: Agent, customer: Customer, stranger: Customer, desk: AgentRtm
) -> None:
    chat_id, thread_id = customer.start("Hello")
    with pytest.raises(AssertionError, match="active"):
        sandbox.control("deletions", {"chat_id": chat_id})
    agent.close(chat_id)
    other_chat, tagged = stranger.start("Hello")
    agent.call("tag_thread", chat_id=other_chat, thread_id=tagged, tag="test")
    agent.close(other_chat)
    sandbox.control("deletions", {"chat_id": chat_id, "thread_id": thread_id})
    assert desk.next("thread_deleted") == {"chat_id": chat_id, "thread_id": thread_id}
    sandbox.control("deletions", {"tag": "test"})
    assert desk.next("threads_deleted") == {"tag": "test"}
    assert agent.chats() == []
    chat_id, _ = customer.start("Again")
    agent.close(chat_id)
    sandbox.control("deletions", {"chat_id": chat_id})
    assert desk.next("chat_deleted") == {"chat_id": chat_id}


def leave_ticket(customer: Customer) -> Payload:
    """What an offline widget asks for, filled in twice; the ids of the chat and its thread."""
    filled: Payload = {"type": "filled_form", "form_id": TICKET_FORM, "fields": []}
    started: Payload = customer.call(
        "start_chat", active=False, chat={"thread": {"events": [filled, filled]}}
    )
    return started


def test_agents_are_told_once_of_a_ticket(customer: Customer, desk: AgentRtm) -> None:
    ticket_id = leave_ticket(customer)["thread_id"]
    desk.call("ping")
    (told,) = [push["payload"] for push in desk.pushes if push["action"] == "ticket_created"]
    created_at = told.pop("created_at")
    assert created_at.startswith("20")
    assert told == {"customer_id": customer.id, "ticket_id": ticket_id, "silo": "inbox"}


@pytest.mark.parametrize("whole", [True, False])
def test_agents_are_told_of_a_ticket_that_is_deleted(
    sandbox: Sandbox, customer: Customer, desk: AgentRtm, whole: bool
) -> None:
    made = leave_ticket(customer)
    names = ("chat_id",) if whole else ("chat_id", "thread_id")
    sandbox.control("deletions", {name: made[name] for name in names})
    told = {"customer_id": customer.id, "ticket_id": made["thread_id"]}
    assert desk.next("ticket_deleted") == told


def test_no_ticket_is_told_of_in_a_chat_without_its_form(
    customer: Customer, desk: AgentRtm
) -> None:
    customer.start("Hello")
    desk.call("ping")
    assert "ticket_created" not in [push["action"] for push in desk.pushes]


def test_agents_are_told_what_is_in_a_cart(
    sandbox: Sandbox, agent: Agent, customer: Customer, desk: AgentRtm
) -> None:
    cart = {"store_uuid": "a1", "currency": "USD", "total": 9.5, "items": [{"id": 1}]}
    sandbox.control("carts", {"customer_id": customer.id, "cart": cart})
    told = desk.next("customer_updated")
    assert told["cart"] | cart == told["cart"]
    sandbox.control("carts", {"customer_id": customer.id, "cart": cart | {"total": 12}})
    [kept] = agent.call("get_customer", id=customer.id)["carts"]
    assert kept["total"] == 12
    assert "carts" not in agent.call("get_customer", version="3.5", id=customer.id)
    assert "carts" not in customer.call("get_customer")
