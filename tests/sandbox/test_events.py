"""What a customer says, presses and rates: events and properties."""

import pytest

from tests.sandbox.clients import Customer, message, refused
from tests.sandbox_rig import Agent, Payload


def test_a_message_to_an_inactive_chat_is_refused(customer: Customer) -> None:
    chat_id, _ = customer.start("one")
    customer.call("deactivate_chat", id=chat_id)
    sent = {"chat_id": chat_id, "event": message("two")}
    assert refused(customer, "send_event", **sent) == (422, "chat_inactive")


def test_a_closed_thread_takes_events_that_are_attached(customer: Customer) -> None:
    chat_id, thread_id = customer.start("one")
    customer.call("deactivate_chat", id=chat_id)
    event = message("two")
    answer = customer.call("send_event", chat_id=chat_id, event=event, attach_to_last_thread=True)
    assert answer["event_id"].startswith(f"{thread_id}_")
    assert customer.thread(chat_id)["active"] is False


def test_a_custom_id_is_kept_but_not_checked(customer: Customer) -> None:
    chat_id, _ = customer.start()
    for _ in range(2):
        customer.send(chat_id, "twice", custom_id="same")
    events = customer.thread(chat_id)["events"]
    assert [event["custom_id"] for event in events] == ["same", "same"]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "message"},
        {"type": "message", "text": ""},
        {"type": "message", "text": 7},
        {"type": "message", "text": "é" * 8193},
        {"type": "system", "text": "x"},
        {"type": "message", "text": "x", "recipients": "nobody"},
        {"type": "message", "text": "x", "postback": {"id": "1"}},
        {"type": "file", "url": "https://elsewhere.example/x.png"},
        {"type": "filled_form", "form_id": "1"},
        {"type": "rich_message"},
        {"type": "rich_message", "template_id": "poster"},
        {"type": "rich_message", "template_id": "cards", "elements": [{}] * 11},
        {"type": "message", "text": "x", "properties": {"nobody": {"knows": 1}}},
        {"type": "message", "text": "x", "properties": {"test": {"int_property": "7"}}},
    ],
)
def test_a_malformed_event_is_refused(customer: Customer, event: Payload) -> None:
    chat_id, _ = customer.start()
    assert refused(customer, "send_event", chat_id=chat_id, event=event) == (400, "validation")


def test_sixteen_kilobytes_of_text_are_accepted(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.send(chat_id, "é" * 8192)


def test_visibility_is_taken_for_recipients(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.send(chat_id, "for agents", visibility="agents")
    assert customer.thread(chat_id)["events"][0]["recipients"] == "agents"


def test_what_agents_tell_each_other_stays_hidden(customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start("hello")
    agent.send(chat_id, "a difficult one", visibility="agents")
    assert [event["text"] for event in customer.thread(chat_id)["events"]] == ["hello"]
    assert len(agent.chat(chat_id)["thread"]["events"]) == 2


def test_an_own_event_can_be_deleted(customer: Customer) -> None:
    chat_id, thread_id = customer.start("wrong", "right")
    where = {"chat_id": chat_id, "thread_id": thread_id}
    customer.call("delete_event", **where, event_id=f"{thread_id}_1")
    assert [event["text"] for event in customer.thread(chat_id)["events"]] == ["right"]
    again = refused(customer, "delete_event", **where, event_id=f"{thread_id}_1")
    assert again == (404, "not_found")


def test_somebody_elses_event_cannot_be_deleted(customer: Customer, agent: Agent) -> None:
    chat_id, thread_id = customer.start()
    event_id = agent.send(chat_id, "mine")
    event = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
    assert refused(customer, "delete_event", **event) == (403, "authorization")


CARD: Payload = {
    "type": "rich_message",
    "template_id": "cards",
    "elements": [
        {
            "title": "Parcel",
            "buttons": [
                {
                    "type": "message",
                    "text": "Thanks",
                    "value": "Thanks",
                    "postback_id": "ok",
                    "user_ids": [],
                }
            ],
        }
    ],
}


def test_pressing_a_button_toggles_its_users(customer: Customer, agent: Agent) -> None:
    chat_id, thread_id = customer.start()
    event_id = agent.send_event(chat_id, CARD)

    def press(*, toggled: bool) -> list[str]:
        customer.call(
            "send_rich_message_postback",
            chat_id=chat_id,
            thread_id=thread_id,
            event_id=event_id,
            postback={"id": "ok", "toggled": toggled},
        )
        button = customer.thread(chat_id)["events"][0]["elements"][0]["buttons"][0]
        users: list[str] = button["user_ids"]
        return users

    assert press(toggled=True) == [customer.id]
    assert press(toggled=False) == []


def test_a_button_that_does_not_exist_is_refused(customer: Customer, agent: Agent) -> None:
    chat_id, thread_id = customer.start()
    pressed = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "event_id": agent.send_event(chat_id, CARD),
        "postback": {"id": "no", "toggled": True},
    }
    assert refused(customer, "send_rich_message_postback", **pressed) == (404, "not_found")


def test_a_closed_thread_is_rated_and_the_rating_taken_back(customer: Customer) -> None:
    chat_id, thread_id = customer.start()
    customer.call("deactivate_chat", id=chat_id)
    where = {"chat_id": chat_id, "thread_id": thread_id}
    rating = {"rating": {"score": 1, "comment": "Quick!"}}
    customer.call("update_thread_properties", **where, properties=rating)
    thread = customer.thread(chat_id)
    assert thread["properties"]["rating"] == {"score": 1, "comment": "Quick!"}
    said = [event.get("system_message_type") for event in thread["events"]]
    assert said[-2:] == ["rating.chat_rated", "rating.chat_commented"]
    customer.call("delete_thread_properties", **where, properties={"rating": ["score", "comment"]})
    thread = customer.thread(chat_id)
    assert "rating" not in thread["properties"]
    assert thread["events"][-1]["system_message_type"] == "rating.chat_rating_canceled"


@pytest.mark.parametrize(
    ("properties", "status", "error_type"),
    [
        ({"rating": {"score": 2}}, 400, "validation"),
        ({"rating": {"score": True}}, 400, "validation"),
        ({"rating": {"stars": 5}}, 400, "validation"),
        ({"routing": {"continuous": True}}, 403, "authorization"),
        ({"routing": {"pinned": True}}, 403, "authorization"),
        ({"rating": 5}, 400, "validation"),
    ],
)
def test_a_property_has_a_type_and_owners(
    customer: Customer, properties: Payload, status: int, error_type: str
) -> None:
    chat_id, thread_id = customer.start()
    where = {"chat_id": chat_id, "thread_id": thread_id}
    answer = refused(customer, "update_thread_properties", **where, properties=properties)
    assert answer == (status, error_type)


def test_a_property_customers_may_only_write_is_not_shown(customer: Customer) -> None:
    chat_id, thread_id = customer.start()
    where = {"chat_id": chat_id, "thread_id": thread_id}
    properties = {"routing": {"ignore_bots": True}}
    customer.call("update_thread_properties", **where, properties=properties)
    assert "ignore_bots" not in customer.thread(chat_id)["properties"]["routing"]


def test_deleting_an_unknown_property_does_no_harm(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.call("delete_chat_properties", id=chat_id, properties={"nobody": ["knows"]})
