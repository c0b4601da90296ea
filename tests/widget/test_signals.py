"""Other apps of a project hear what happens in chats, once and in order, apart from the chats."""

import queue
from collections.abc import Iterator
from typing import Any

import pytest
from django.dispatch import Signal

from chatproxy.livechat.pushes import ChatDeactivated, IncomingEvent, Push
from chatproxy.livechat.structures import User, parse_event
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation
from tests.chatproxy.people import stored_customer
from tests.sandbox_rig import Agent
from tests.steps import steps_of
from tests.widget.visitor import Visitor
from widget import signals
from widget.models import Widget
from widget.running import Running

NAMES = {signal: name for name, signal in vars(signals).items() if isinstance(signal, Signal)}
PATIENCE = 30  # seconds

pytestmark = pytest.mark.django_db


class Receiver:
    """Keeps what it is told, for a test that waits for it."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()

    def __call__(self, signal: Signal, sender: object, **what: Any) -> None:
        assert sender is Widget
        self.told.put((NAMES[signal], what))

    def next(self) -> tuple[str, dict[str, Any]]:
        return self.told.get(timeout=PATIENCE)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    for signal in NAMES:
        signal.connect(receiver)
    yield receiver
    for signal in NAMES:
        signal.disconnect(receiver)


@pytest.fixture
def nora(shop_widget: Widget) -> Customer:
    customer = stored_customer(widget_key=shop_widget.key)
    customer.subject = "7"
    customer.keep("subject")
    return customer


def test_a_chat_is_told_from_its_beginning_to_its_rating(
    receiver: Receiver, customer: Visitor, agent: Agent
) -> None:
    customer.send("Hello")
    customer.send("Are you there?")
    customer.ask("post", "end")
    customer.ask("post", "rating", {"score": "good", "comment": "Fast"})
    chat_id = agent.chats()[0]["id"]
    told = [receiver.next() for _ in range(6)]
    assert [name for name, _ in told] == [
        "identity_made",
        "chat_started",
        "message_sent",
        "message_sent",
        "chat_ended",
        "chat_rated",
    ]
    assert {what["widget_key"] for _, what in told} == {"shop"}
    assert len({what["customer_id"] for _, what in told}) == 1
    assert {what["chat_id"] for _, what in told[1:]} == {chat_id}
    assert [what["text"] for name, what in told if name == "message_sent"] == [
        "Hello",
        "Are you there?",
    ]
    assert told[3][1]["event_id"]
    assert told[4][1]["by"] == "customer"
    assert (told[5][1]["score"], told[5][1]["comment"]) == (1, "Fast")


def heard(author_id: str) -> Push:
    event = parse_event({"id": "T_2", "type": "message", "text": "Yes?", "author_id": author_id})
    return IncomingEvent(chat_id="CHAT", thread_id="T", event=event)


def test_what_an_agent_says_is_told_with_their_name(
    receiver: Receiver, nora: Customer, process: Running
) -> None:
    receiver.next()  # the identity of nora
    talking = Conversation(
        nora.entity_id, people={"piotr": User(id="piotr", type="agent", name="Piotr")}
    )
    process.signals.hear(nora, heard("piotr"), talking)
    assert receiver.next() == (
        "message_received",
        {
            "widget_key": "shop",
            "customer_id": nora.entity_id,
            "subject": "7",
            "chat_id": "CHAT",
            "thread_id": "T",
            "event_id": "T_2",
            "type": "message",
            "text": "Yes?",
            "author_id": "piotr",
            "author_name": "Piotr",
        },
    )


def test_what_nobody_listens_to_is_told_in_few_steps(nora: Customer, process: Running) -> None:
    """Agents say thousands of things a second, and the chats wait for it."""
    push, talking = heard("piotr"), Conversation(nora.entity_id)
    assert steps_of(lambda: process.signals.hear(nora, push, talking)) < 6


@pytest.mark.parametrize(("user_id", "by"), [("piotr", "agent"), ("", "")])
def test_an_end_is_told_that_the_customer_did_not_make(
    receiver: Receiver, nora: Customer, process: Running, user_id: str, by: str
) -> None:
    receiver.next()
    talking = Conversation(nora.entity_id)
    process.signals.hear(nora, heard(nora.entity_id), talking)  # told when it was sent
    process.signals.hear(nora, ChatDeactivated(user_id=nora.entity_id), talking)
    process.signals.hear(nora, ChatDeactivated(user_id=user_id), talking)
    name, what = receiver.next()
    assert (name, what["by"]) == ("chat_ended", by)


def test_a_receiver_that_fails_disturbs_no_chat_and_no_other_receiver(
    receiver: Receiver, customer: Visitor, agent: Agent
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the customer database is away")

    signals.chat_started.connect(fail)
    try:
        customer.send("Hello")
        assert [receiver.next()[0] for _ in range(3)][1:] == ["chat_started", "message_sent"]
    finally:
        signals.chat_started.disconnect(fail)
    assert agent.chats()
