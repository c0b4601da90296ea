"""What a customer answers without words: buttons, ratings and greetings."""

from typing import Any

from tests.sandbox_rig import Agent
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, events_of, texts_of


def test_a_button_that_speaks_says_its_text(
    customer: Visitor, agent: Agent, card: dict[str, Any]
) -> None:
    pressed = {"postback_id": "y", "type": "message", "value": "yes", "text": "Yes, please"}
    assert customer.ask("post", "postback", card | pressed).status_code == 204
    answer = events_of(agent)[-1]
    assert answer["text"] == "Yes, please"
    assert answer["postback"]["event_id"] == card["event_id"]


def test_a_silent_button_is_pressed_and_says_nothing(
    customer: Visitor, agent: Agent, card: dict[str, Any]
) -> None:
    before = texts_of(agent)
    pressed = {"postback_id": "r", "text": "Remember"}
    assert customer.ask("post", "postback", card | pressed).status_code == 204
    assert texts_of(agent) == before
    pressed_by = [
        button["user_ids"]
        for event in events_of(agent)
        for element in event.get("elements", [])
        for button in element["buttons"]
    ]
    assert [len(users) for users in pressed_by] == [0, 1]


def test_a_button_nobody_offered_is_refused_in_words(customer: Visitor, card: Any) -> None:
    pressed = {"postback_id": "y", "text": "Yes", "thread_id": "NOWHERE123"}
    response = customer.ask("post", "postback", card | pressed)
    assert response.status_code == 200
    assert "notice" in response.content.decode()


def rating_of(agent: Agent) -> dict[str, Any]:
    thread = agent.chat(agent.chats()[0]["id"])["thread"]
    given: dict[str, Any] = thread.get("properties", {}).get("rating", {})
    return given


def test_a_chat_can_be_rated_and_the_rating_withdrawn(customer: Visitor, agent: Agent) -> None:
    customer.send("Hello")
    customer.ask("post", "end")
    assert customer.ask("post", "rating", {"score": "good"}).status_code == 204
    assert customer.ask("post", "rating", {"comment": "Quick!"}).status_code == 204
    assert rating_of(agent) == {"score": 1, "comment": "Quick!"}
    customer.ask("post", "rating", {"score": "none"})
    assert rating_of(agent) == {}


def test_a_rating_that_says_nothing_is_refused(customer: Visitor) -> None:
    assert customer.ask("post", "rating", {}).status_code == 400


def test_an_owner_without_ratings_has_none_of_chats(add_widget: AddWidget, agent: Agent) -> None:
    add_widget(rating=False)
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    assert visitor.ask("post", "rating", {"score": "good"}).status_code == 400
    assert rating_of(agent) == {}


def test_the_page_hears_of_a_rating(customer: Visitor) -> None:
    customer.send("Hello")
    told = customer.ask("post", "rating", {"score": "bad"})["HX-Trigger"]
    assert told == '{"host-event": {"name": "rating_submitted", "data": "bad"}}'


def test_the_page_hears_of_a_pressed_button(customer: Visitor, card: dict[str, Any]) -> None:
    pressed = {"postback_id": "r", "text": "Remember"}
    told = customer.ask("post", "postback", card | pressed)["HX-Trigger"]
    assert card["event_id"] in told
    assert "rich_message_button_clicked" in told


def test_a_greeting_that_is_gone_is_no_error(customer: Visitor) -> None:
    gone = {"id": 7, "unique_id": "Q10X0W041P", "answer": "accept"}
    assert customer.ask("post", "greeting", gone).status_code == 204


def test_a_greeting_is_answered_with_yes_or_no(customer: Visitor) -> None:
    unclear = {"id": 7, "unique_id": "Q10X0W041P", "answer": "maybe"}
    assert customer.ask("post", "greeting", unclear).status_code == 400
