"""Somebody answers the command: an agent by their token, or a person who is asked to."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.livechat_check.run import FAILED, WELL, Run


class Person(threading.Thread):
    """Answers the first chat that comes, from LiveChat's app."""

    def __init__(self, agent: Agent, after: int) -> None:
        super().__init__(daemon=True)
        self.agent, self.after, self.gives_up = agent, after, threading.Event()

    def run(self) -> None:
        while not self.gives_up.wait(0.1):
            for chat in self.agent.chats():
                if len(self.agent.chat(chat["id"])["thread"]["events"]) >= self.after:
                    self.agent.type(chat["id"])
                    self.agent.send(chat["id"], "I am here")
                    return


@pytest.fixture(params=[1, 2])
def person(agent: Agent, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Answers after so many messages: before they are asked to, or then."""
    person = Person(agent, request.param)
    person.start()
    yield person
    person.gives_up.set()
    person.join()


@pytest.mark.usefixtures("person")
def test_without_a_token_a_person_is_asked_to_answer(arguments: list[str]) -> None:
    run = Run(*arguments, wait=20)
    assert "Please open LiveChat's app now" in run.text
    assert run.outcome("answer").startswith("ok ")
    assert run.code == WELL, run.text


def test_a_person_who_does_not_answer_is_waited_for_only_so_long(
    agent: Agent, arguments: list[str]
) -> None:
    run = Run(*arguments, wait=0.1)
    assert run.outcome("answer").startswith("FAILED The push incoming_event did not come within")
    assert run.code == FAILED
    assert run.outcome("leave").startswith("ok ")
    assert not agent.chat(agent.chats()[0]["id"])["thread"]["active"]


def token_that_may_not_answer(sandbox: Sandbox) -> str:
    less = sandbox.control("tokens", {"agent": "piotr@shop.example", "scopes": ["customers:ro"]})
    token: str = less["token"]
    return token


def test_an_agents_token_that_may_not_answer_is_named(
    sandbox: Sandbox, arguments: list[str]
) -> None:
    run = Run(*arguments, agent_token=token_that_may_not_answer(sandbox), wait=0.1)
    assert run.outcome("answer").startswith("FAILED ")
    assert "needs the scope chats--access:rw" in run.outcome("answer")
    assert "lacks the scope properties.license.value--all:ro" in run.outcome("rights")
    assert run.code == FAILED


@pytest.mark.usefixtures("person")
def test_a_person_answers_where_the_token_may_not(sandbox: Sandbox, arguments: list[str]) -> None:
    run = Run(*arguments, agent_token=token_that_may_not_answer(sandbox), wait=20)
    assert "Please open LiveChat's app now" in run.text
    assert run.outcome("answer").startswith("note A person's answer arrives")
    assert "needs the scope chats--access:rw" in run.outcome("answer")
    assert run.code == WELL, run.text
