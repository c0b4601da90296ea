"""A customer leaves a bot for a person, and tells it to stop writing."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, events_of, texts_of

WISH = "I would like to talk to a person."
STOP = {"answer": "answer-one", "custom_id": "stopping-it"}


def customer_of(add_widget: AddWidget, **options: bool) -> Visitor:
    add_widget(**options)
    customer = Visitor()
    customer.introduce()
    return customer


def ask_for_person(customer: Visitor, attempt: int = 0) -> int:
    told = {"custom_id": "person-please", "attempt": attempt}
    return customer.ask("post", "person", told).status_code


def threads_of(agent: Agent) -> list[str]:
    chat_id = agent.chats()[0]["id"]
    threads = agent.call("list_threads", chat_id=chat_id)["threads"]
    return [thread["id"] for thread in threads]


def test_who_asks_for_a_person_goes_on_past_all_bots(
    add_widget: AddWidget, agent: Agent, sandbox: Sandbox
) -> None:
    """However often it is asked: the second time, nothing is ended."""
    customer = customer_of(add_widget, talk_to_person=True)
    customer.send("Has my parcel left?")
    assert ask_for_person(customer) == 204
    chat = agent.chat(agent.chats()[0]["id"])
    assert chat["thread"]["active"]
    assert chat["thread"]["properties"]["routing"]["ignore_bots"] is True
    assert texts_of(agent) == [WISH]
    assert ask_for_person(customer, attempt=1) == 204
    assert len(threads_of(agent)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_wish_that_comes_twice_does_not_end_what_it_has_opened(
    add_widget: AddWidget, agent: Agent, sandbox: Sandbox
) -> None:
    customer = customer_of(add_widget, talk_to_person=True)
    customer.send("Has my parcel left?")
    # One of them looks whether it was said before it is, and learns that it was not after.
    sandbox.fault("latency", method="list_threads", seconds=2, when="after", count=1)
    with ThreadPoolExecutor(1) as elsewhere:
        first = elsewhere.submit(ask_for_person, customer)
        time.sleep(0.5)
        assert ask_for_person(customer) == 204
        assert first.result() == 204
    assert agent.chat(agent.chats()[0]["id"])["thread"]["active"]
    assert texts_of(agent) == [WISH]
    assert len(threads_of(agent)) == 2


def test_the_thread_of_a_bot_costs_two_requests_to_leave(
    add_widget: AddWidget, sandbox: Sandbox
) -> None:
    customer = customer_of(add_widget, talk_to_person=True)
    customer.send("Has my parcel left?")
    before = sandbox.requests()
    assert ask_for_person(customer) == 204
    assert sandbox.requests()[len(before) :] == ["deactivate_chat", "resume_chat"]


def test_stopping_tells_the_bot_which_answer(add_widget: AddWidget, agent: Agent) -> None:
    customer = customer_of(add_widget, stop_answers=True)
    customer.send("Tell me everything")
    assert customer.ask("post", "stop", STOP).status_code == 204
    [event] = [event for event in events_of(agent) if event["type"] == "custom"]
    assert event["content"] == {"stop_answer": "answer-one"}


@pytest.mark.parametrize(("path", "told"), [("person", {"custom_id": "person-it"}), ("stop", STOP)])
def test_an_owner_who_wants_neither_has_neither(
    add_widget: AddWidget, path: str, told: dict[str, str]
) -> None:
    customer = customer_of(add_widget)
    assert customer.ask("post", path, told).status_code == 400
    shell = customer.ask("get", "").content.decode()
    assert "data-person" not in shell
    assert 'hx-post="stop"' not in shell
