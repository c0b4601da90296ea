"""Properties: what agents may write, what they may only read, and whose app it was."""

import pytest

from tests.sandbox.agents import MARIA, refusal
from tests.sandbox.clients import Customer
from tests.sandbox_rig import Agent, Payload, Sandbox


@pytest.mark.parametrize(
    ("level", "properties"),
    [
        ("thread", {"rating": {"score": 1}}),
        ("thread", {"rating": {"comment": "Well done, me"}}),
        ("thread", {"lc2": {"greeting_id": 1}}),
        ("thread", {"routing": {"idle": True}}),
        ("thread", {"routing": {"ignore_bots": True}}),
        ("thread", {"routing": {"offline_message": True}}),
        ("thread", {"routing": {"last_transfer_timestamp": 1}}),
        ("chat", {"routing": {"continuous": True}}),
        ("chat", {"routing": {"email_follow_up": True}}),
        ("chat", {"source": {"client_id": "x"}}),
        ("event", {"lc2": {"welcome_message": True}}),
    ],
)
def test_agents_do_not_write_what_they_may_only_read(
    agent: Agent, customer: Customer, level: str, properties: Payload
) -> None:
    chat_id, thread_id = customer.start("Hello")
    [event] = customer.thread(chat_id)["events"]
    where = {
        "chat": {"id": chat_id},
        "thread": {"chat_id": chat_id, "thread_id": thread_id},
        "event": {"chat_id": chat_id, "thread_id": thread_id, "event_id": event["id"]},
    }[level]
    action = f"update_{level}_properties"
    assert refusal(agent, action, properties=properties, **where) == "authorization"


def test_agents_pin_chats_and_translate_messages(agent: Agent, customer: Customer) -> None:
    chat_id, thread_id = customer.start("Hello")
    [event] = customer.thread(chat_id)["events"]
    agent.call("update_chat_properties", id=chat_id, properties={"routing": {"pinned": True}})
    agent.call(
        "update_event_properties",
        chat_id=chat_id,
        thread_id=thread_id,
        event_id=event["id"],
        properties={"translation": {"target_message": "Witaj"}},
    )
    chat = agent.chat(chat_id)
    assert chat["properties"]["routing"]["pinned"]
    [translated] = chat["thread"]["events"]
    assert translated["properties"]["translation"] == {"target_message": "Witaj"}


def test_the_time_of_a_transfer_is_a_number(agent: Agent, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    target = {"type": "agent", "ids": [MARIA]}
    agent.call("transfer_chat", id=chat_id, target=target, ignore_agents_availability=True)
    moved_at = agent.chat(chat_id)["thread"]["properties"]["routing"]["last_transfer_timestamp"]
    assert isinstance(moved_at, int)


def test_what_an_agent_begins_and_writes_names_its_app(agent: Agent, customer: Customer) -> None:
    app = {"client_id": agent.sandbox.config["client_id"]}
    users = [{"id": customer.id, "type": "customer"}]
    chat_id = agent.call("start_chat", chat={"users": users})["chat_id"]
    agent.send(chat_id, "Hello Nora")
    chat = agent.chat(chat_id)
    [event] = chat["thread"]["events"]
    named = [each["properties"]["source"] for each in (chat, chat["thread"], event)]
    assert named == [app, app, app]


def test_what_a_customer_begins_names_the_app_twice(agent: Agent, customer: Customer) -> None:
    app = agent.sandbox.config["client_id"]
    chat_id, _ = customer.start("Hello")
    chat = agent.chat(chat_id)
    named = [each["properties"]["source"] for each in (chat, chat["thread"])]
    assert named == [{"client_id": app, "customer_client_id": app}] * 2


def test_a_chat_learns_of_the_customers_app_when_they_resume_it(
    sandbox: Sandbox, agent: Agent, customer: Customer
) -> None:
    users = [{"id": customer.id, "type": "customer"}]
    chat_id = agent.call("start_chat", chat={"users": users})["chat_id"]
    agent.close(chat_id)
    customer.call("resume_chat", chat={"id": chat_id})
    app = sandbox.config["client_id"]
    source = agent.chat(chat_id)["properties"]["source"]
    assert source == {"client_id": app, "customer_client_id": app}
