"""What a customer does in the chat, up to the agent who sees it."""

import pytest
from pytest_django import Settings

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, events_of, texts_of

TWO_KILOBYTES = "0123456789abcde " * 128
TWENTY_KILOBYTES = "0123456789abcde " * 1280


def test_the_first_act_makes_a_customer(visitor: Visitor) -> None:
    response = visitor.introduce()
    assert response.status_code == 201
    assert len(response["X-Chat-Token"]) > 40


def test_a_customer_who_comes_again_keeps_the_token(customer: Visitor) -> None:
    response = customer.ask("post", "customer")
    assert response.status_code == 200
    assert response["X-Chat-Token"] == customer.token


def test_a_message_starts_a_chat(customer: Visitor, agent: Agent) -> None:
    assert customer.send("Has my parcel left?").status_code == 204
    assert texts_of(agent) == ["Has my parcel left?"]


def test_a_second_message_goes_into_the_same_chat(customer: Visitor, agent: Agent) -> None:
    customer.send("First")
    customer.send("Second")
    assert texts_of(agent) == ["First", "Second"]


def test_a_message_sent_twice_stands_once(customer: Visitor, agent: Agent) -> None:
    for attempt in range(2):
        assert customer.send("Once", "custom-1", attempt).status_code == 204
    assert texts_of(agent) == ["Once"]


def test_writing_after_the_end_resumes_the_chat(customer: Visitor, agent: Agent) -> None:
    customer.send("First")
    assert customer.ask("post", "end").status_code == 204
    assert agent.chat(agent.chats()[0]["id"])["thread"]["active"] is False
    customer.send("Second")
    assert len(agent.chats()) == 1
    assert texts_of(agent) == ["Second"]


def test_ending_what_has_ended_is_no_error(customer: Visitor) -> None:
    customer.send("Hello")
    assert [customer.ask("post", "end").status_code for _ in range(2)] == [204, 204]


@pytest.mark.parametrize(
    "text",
    [
        TWO_KILOBYTES,
        "👩‍🔬 zażółć gęślą jaźń 🏳️‍🌈",
        "مرحبا بالعالم",
        "<b>bold</b> & <script>alert(1)</script>",
        "two\nlines",
        "  spaces around  ",
    ],
    ids=["two kilobytes", "emoji", "right to left", "html", "lines", "spaces"],
)
def test_a_text_arrives_as_it_was_written(customer: Visitor, agent: Agent, text: str) -> None:
    assert customer.send(text).status_code == 204
    assert texts_of(agent) == [text]


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_an_empty_message_is_given_back(customer: Visitor, agent: Agent, text: str) -> None:
    response = customer.send(text)
    assert response.status_code == 200
    assert "Write a message first." in response.content.decode()
    assert agent.chats() == []


def test_twenty_kilobytes_are_too_long_for_one_message(customer: Visitor, agent: Agent) -> None:
    response = customer.send(TWENTY_KILOBYTES)
    assert "too long" in response.content.decode()
    assert agent.chats() == []


def test_a_wrong_configuration_is_the_owner_s_business(add_widget: AddWidget) -> None:
    add_widget(client_id="unknown")
    response = Visitor().introduce()
    assert response.status_code == 200
    assert "X-Chat-Token" not in response.headers
    assert "This chat is not available at the moment." in response.content.decode()


def test_livechat_out_of_reach_is_said_and_may_be_retried(
    customer: Visitor, settings: Settings
) -> None:
    settings.LIVECHAT_API_URL = "http://127.0.0.1:9"
    response = customer.send("Hello")
    assert response.status_code == 200
    assert "reach the chat right now" in response.content.decode()


def test_a_slow_livechat_gets_the_message_all_the_same(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.fault("latency", transport="web", seconds=1)
    assert customer.send("Patience").status_code == 204
    sandbox.clear_faults()
    assert texts_of(agent) == ["Patience"]


def test_a_refused_token_is_replaced_unnoticed(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.fault("error", transport="web", type="authentication", count=1)
    assert customer.send("Still here").status_code == 204
    assert texts_of(agent) == ["Still here"]


def test_a_token_that_stays_refused_is_said(customer: Visitor, sandbox: Sandbox) -> None:
    sandbox.fault("error", transport="web", type="authentication")
    assert "sign you in" in customer.send("Hello").content.decode()


def test_who_asks_to_be_forgotten_is_a_stranger(customer: Visitor) -> None:
    response = customer.ask("delete", "customer")
    assert response.status_code == 204
    assert response["X-Chat-Token"] == ""
    assert customer.send("Hello").status_code == 401


def test_a_message_needs_an_id_of_its_own(customer: Visitor) -> None:
    response = customer.ask("post", "events", {"text": "Hello"})
    assert response.status_code == 200
    assert response.content


def test_the_chat_ends_for_the_agent_too(customer: Visitor, agent: Agent) -> None:
    customer.send("Hello")
    customer.ask("post", "end")
    kinds = [event.get("system_message_type") for event in events_of(agent)]
    assert "manual_archived_customer" in kinds


def test_when_nobody_is_there_the_message_is_left(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(
        agents={each["id"]: "not_accepting_chats" for each in sandbox.config["agents"]}
    )
    assert customer.send("Anybody?").status_code == 204
    assert texts_of(agent) == ["Anybody?"]


def test_the_agent_learns_what_the_website_knows(customer: Visitor, agent: Agent) -> None:
    customer.send("Hello")
    known = {"name": "Nora", "email": "nora@example.com", "session": '{"plan": "gold"}'}
    assert customer.ask("post", "details", known).status_code == 204
    users = agent.chat(agent.chats()[0]["id"])["users"]
    nora = next(user for user in users if user["type"] == "customer")
    assert (nora["name"], nora["email"]) == ("Nora", "nora@example.com")
    assert {"plan": "gold"} in nora["session_fields"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nora"},
        {"session": "[1]"},
        {"session": "{"},
        {"session": "[" * 100_000},
        {"session": '{"a": ' + "1" * 5000 + "}"},
    ],
)
def test_details_that_make_no_sense_are_refused(customer: Visitor, wrong: dict[str, str]) -> None:
    assert customer.ask("post", "details", wrong).status_code == 400


def groups_of(agent: Agent) -> list[int]:
    """Of the newest chat."""
    access: dict[str, list[int]] = agent.chats()[0]["access"]
    return access["group_ids"]


def test_the_first_message_reaches_the_widgets_group(add_widget: AddWidget, agent: Agent) -> None:
    add_widget("sales", group_id=1)
    visitor = Visitor("sales")
    visitor.introduce()
    visitor.send("Hello")
    assert groups_of(agent) == [1]


def test_a_website_may_send_its_visitors_to_another_group(customer: Visitor, agent: Agent) -> None:
    message = {"text": "Hello", "custom_id": "m-00000001"}
    customer.ask("post", "events", message, **{"X-Chat-Group": "2"})
    assert groups_of(agent) == [2]


@pytest.mark.parametrize("group", ["-1", "x", "9" * 20, ""])
def test_a_group_that_is_no_number_is_passed_over(
    customer: Visitor, agent: Agent, group: str
) -> None:
    message = {"text": "Hello", "custom_id": "m-00000001"}
    customer.ask("post", "events", message, **{"X-Chat-Group": group})
    assert groups_of(agent) == [0]
