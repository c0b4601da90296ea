"""Greetings, and the welcome before anything is said."""

import pytest

from tests.sandbox.clients import Customer, message
from tests.sandbox_rig import Agent, Refused


def test_a_greeting_is_shown_by_its_rule_and_turned_into_a_chat(customer: Customer) -> None:
    customer.sandbox.settings(greetings={"2": True})
    with customer.connect(customer_page={"url": "https://shop.example/"}) as connection:
        assert "incoming_greeting" not in connection.actions()
        connection.call("update_customer_page", url="https://shop.example/cart")
        greeting = connection.next("incoming_greeting")
        assert greeting["agent"]["type"] == "agent"
        who = {"greeting_id": greeting["id"], "unique_id": greeting["unique_id"]}
        connection.call("accept_greeting", **who)
        assert connection.of("greeting_accepted") == [{"unique_id": greeting["unique_id"]}]
        properties = {"greeting_id": greeting["id"], "greeting_unique_id": greeting["unique_id"]}
        thread = {"properties": {"lc2": properties}, "events": [message("Tell me more")]}
        connection.call("start_chat", chat={"thread": thread})
        (told,) = connection.of("incoming_chat")
        first, second = told["chat"]["thread"]["events"]
        assert (first["type"], second["text"]) == ("rich_message", "Tell me more")
        assert first["properties"]["lc2"] == properties


def test_a_cancelled_greeting_is_gone(customer: Customer) -> None:
    customer.sandbox.settings(greetings={"2": True})
    with customer.connect(customer_page={"url": "https://shop.example/cart"}) as connection:
        greeting = connection.next("incoming_greeting")
        connection.call("cancel_greeting", unique_id=greeting["unique_id"])
        assert connection.of("greeting_canceled") == [{"unique_id": greeting["unique_id"]}]
    assert "greeting" not in customer.connect().login_answer


def test_no_greeting_while_a_thread_is_active(customer: Customer) -> None:
    customer.sandbox.settings(greetings={"2": True})
    customer.start("hello")
    with customer.connect(customer_page={"url": "https://shop.example/cart"}) as connection:
        customer.sandbox.advance(1)
        assert "incoming_greeting" not in connection.actions()


def test_a_welcome_message_follows_its_request(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(welcome_message="Welcome to the shop!")
    with customer.connect() as connection:
        answer = connection.call("request_welcome_message")
        assert answer["predicted_agent"]["id"] == agent.opaque_id
        welcome = connection.next("incoming_welcome_message")
        assert welcome["id"] == answer["id"]
        assert welcome["event"]["text"] == "Welcome to the shop!"
        assert "id" not in welcome["event"]


def test_a_welcome_message_needs_a_login(customer: Customer) -> None:
    with pytest.raises(Refused, match="authorization"):
        customer.call("request_welcome_message")
