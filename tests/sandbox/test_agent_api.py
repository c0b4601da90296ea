"""The Agent Chat API: one fact, as customers and agents see it in each version."""

import json

import pytest

from tests.sandbox.agents import SAM
from tests.sandbox.clients import Customer, Rtm
from tests.sandbox_rig import Agent, Refused, Sandbox


def test_agents_are_known_by_mail_to_agents_and_by_another_id_to_customers(
    agent: Agent, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    agent.send(chat_id, "Hello Nora")
    as_agents_see_it = agent.chat(chat_id)["thread"]["events"][-1]
    as_customers_see_it = customer.thread(chat_id)["events"][-1]
    assert as_agents_see_it["author_id"] == agent.id
    assert as_customers_see_it["author_id"] == agent.opaque_id
    assert (as_agents_see_it["visibility"], as_customers_see_it["recipients"]) == ("all", "all")


def test_a_note_among_agents_never_reaches_the_customer(
    agent: Agent, customer: Customer, rtm: Rtm
) -> None:
    chat_id, _ = customer.start("Hello")
    agent.send(chat_id, "A difficult one", visibility="agents")
    agent.send(chat_id, "Hello Nora")
    texts = [push["event"].get("text") for push in rtm.of("incoming_event")]
    assert texts == ["Hello Nora"]
    assert "A difficult one" not in json.dumps(customer.call("list_threads", chat_id=chat_id))


def test_an_event_that_was_deleted_is_a_stub_for_normal_agents(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    chat_id, thread_id = customer.start("Hello")
    event_id = agent.send(chat_id, "A slip")
    agent.call("delete_event", chat_id=chat_id, thread_id=thread_id, event_id=event_id)
    as_owner = agent.chat(chat_id)["thread"]["events"][-1]
    as_normal = Agent(sandbox, SAM).chat(chat_id)["thread"]["events"][-1]
    assert as_owner["text"] == "A slip"
    assert as_normal["deleted"]
    assert "text" not in as_normal


def test_3_7_lists_chats_as_chats_info(agent: Agent, customer: Customer) -> None:
    customer.start("Hello")
    [info] = agent.call("list_chats", version="3.7")["chats_info"]
    assert info["last_thread_info"]["last_event_per_type"]["message"]["event"]["text"] == "Hello"


def test_3_5_calls_the_visit_last_visit(agent: Agent, customer: Customer, rtm: Rtm) -> None:
    rtm.call("update_customer_page", url="https://shop.example/", title="Shop")
    shown = agent.call("get_customer", version="3.5", id=customer.id)
    assert shown["last_visit"]["last_pages"][-1]["title"] == "Shop"


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_what_an_app_fills_as_it_likes_is_the_same_in_every_version(
    agent: Agent, customer: Customer, version: str
) -> None:
    free = {"cart": 1, "carts": [2], "type": "customer", "visit": 3, "chats_summary": [4]}
    session_fields = [{"cart": "5"}, {"visit": "6"}]
    customer.call("update_customer", session_fields=session_fields)
    chat_id, _ = customer.start()
    agent.send_event(chat_id, {"type": "custom", "content": free})
    shown = agent.call("get_chat", version=version, chat_id=chat_id)
    assert shown["thread"]["events"][-1]["content"] == free
    told = agent.call("get_customer", version=version, id=customer.id)
    assert told["session_fields"] == session_fields


def test_a_page_remembers_the_filters_of_the_first_request(sandbox: Sandbox, agent: Agent) -> None:
    for number in range(3):
        chat_id, _ = Customer(sandbox).start(str(number))
        if number == 1:
            agent.close(chat_id)
    first = agent.call("list_chats", filters={"active": True}, limit=1)
    second = agent.call("list_chats", page_id=first["next_page_id"])
    assert len(second["chats_summary"]) == 1
    assert "next_page_id" not in second


def test_a_page_goes_on_where_it_was_when_its_last_chat_moves(
    sandbox: Sandbox, agent: Agent
) -> None:
    customers = [Customer(sandbox) for _ in range(3)]
    oldest, middle, newest = [customer.start()[0] for customer in customers]
    first = agent.call("list_chats", limit=2)
    assert [chat["id"] for chat in first["chats_summary"]] == [newest, middle]
    agent.close(middle)
    customers[1].call("resume_chat", chat={"id": middle})
    second = agent.call("list_chats", page_id=first["next_page_id"])
    assert [chat["id"] for chat in second["chats_summary"]] == [oldest]


def test_archives_are_found_by_text_and_tag(agent: Agent, customer: Customer) -> None:
    chat_id, thread_id = customer.start("Where is my parcel?")
    agent.call("tag_thread", chat_id=chat_id, thread_id=thread_id, tag="delivery")
    agent.close(chat_id)
    by_text = agent.call("list_archives", filters={"query": "PARCEL"})
    by_tag = agent.call("list_archives", filters={"tags": {"values": ["delivery"]}})
    by_other_tag = agent.call("list_archives", filters={"tags": {"values": ["refund"]}})
    assert [by_text["found_chats"], by_tag["found_chats"], by_other_tag["found_chats"]] == [1, 1, 0]


def test_a_chat_begins_without_a_customer_who_is_added_later(
    sandbox: Sandbox, agent: Agent, customer: Customer, rtm: Rtm
) -> None:
    chat_id = agent.call("start_chat")["chat_id"]
    assert [user["type"] for user in agent.chat(chat_id)["users"]] == ["agent"]
    assert agent.call("list_customers", version="3.5")["total_customers"] == 1
    added = {"chat_id": chat_id, "user_type": "customer", "visibility": "all"}
    agent.call("add_user_to_chat", user_id=customer.id, **added)
    assert rtm.next("incoming_chat")["chat"]["id"] == chat_id
    assert rtm.next("user_added_to_chat")["user"]["id"] == customer.id
    customer.send(chat_id, "Hello")
    assert {user["id"] for user in agent.chat(chat_id)["users"]} == {agent.id, customer.id}
    another = Customer(sandbox)
    with pytest.raises(Refused, match="limit_reached"):
        agent.call("add_user_to_chat", user_id=another.id, **added)
    second = agent.call("start_chat")["chat_id"]
    with pytest.raises(Refused, match="chat_limit_reached"):
        agent.call("add_user_to_chat", user_id=customer.id, **(added | {"chat_id": second}))
