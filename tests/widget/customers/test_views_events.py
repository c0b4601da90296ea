"""One event that stands: an answer is judged, a message of one's own is deleted."""

import pytest

from tests.sandbox_rig import Agent
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, events_of, texts_of


@pytest.fixture
def answer(customer: Visitor, agent: Agent) -> dict[str, str]:
    """Where an answer stands that the customer may judge."""
    customer.send("Has my parcel left?")
    event_id = agent.send(agent.chats()[0]["id"], "Yes, on Tuesday.")
    return {"event_id": event_id, "thread_id": event_id.rpartition("_")[0]}


def rating_of(agent: Agent, event_id: str) -> object:
    [event] = [event for event in events_of(agent) if event["id"] == event_id]
    return event.get("properties", {}).get("rating", {}).get("score")


def test_livechat_keeps_whether_an_answer_helped(
    customer: Visitor, agent: Agent, answer: dict[str, str]
) -> None:
    for number, (score, kept) in enumerate([("good", 1), ("bad", 0), ("none", None)]):
        told = answer | {"score": score, "custom_id": f"judgement-{number}"}
        assert customer.ask("post", "answer", told).status_code == 204
        assert rating_of(agent, answer["event_id"]) == kept


def test_an_owner_without_ratings_has_none_of_answers(add_widget: AddWidget, agent: Agent) -> None:
    add_widget(rating=False)
    customer = Visitor()
    customer.introduce()
    told = {"event_id": "A_1", "thread_id": "A", "score": "good", "custom_id": "judgement-none"}
    assert customer.ask("post", "answer", told).status_code == 400
    assert "data-rates" not in customer.ask("get", "").content.decode()


def own_message(customer: Visitor, agent: Agent) -> dict[str, str]:
    customer.send("My card is 1234")
    event_id = events_of(agent)[-1]["id"]
    return {"event_id": event_id, "thread_id": event_id.rpartition("_")[0]}


def test_a_message_of_one_s_own_can_be_deleted_once(customer: Visitor, agent: Agent) -> None:
    own = own_message(customer, agent)
    for _again in range(2):
        told = own | {"custom_id": "deleting-it"}
        assert customer.ask("post", "events/delete", told).status_code == 204
    [event] = [event for event in events_of(agent) if event["id"] == own["event_id"]]
    assert event["deleted"]  # which only those see who run the account


def test_somebody_else_s_message_cannot(
    customer: Visitor, agent: Agent, answer: dict[str, str]
) -> None:
    told = answer | {"custom_id": "deleting-theirs"}
    assert b"can&#x27;t do that" in customer.ask("post", "events/delete", told).content
    assert "Yes, on Tuesday." in texts_of(agent)


def test_3_5_knows_no_deletion(add_widget: AddWidget, agent: Agent) -> None:
    add_widget(api_version="3.5")
    customer = Visitor()
    customer.introduce()
    told = own_message(customer, agent) | {"custom_id": "deleting-it"}
    assert customer.ask("post", "events/delete", told).status_code == 400
    assert "data-deletes" not in customer.ask("get", "").content.decode()
