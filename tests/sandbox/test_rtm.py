"""The Customer RTM API: frames, and who gets which push."""

import json

import pytest

from tests.sandbox.clients import Connect, Customer, Rtm, failure, message
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Sandbox

# --- frames -----------------------------------------------------------------------------------


def test_before_login_there_is_only_ping(connect: Connect) -> None:
    connection = connect()
    assert connection.call("ping") == {}
    assert failure(connection, "list_chats") == "authentication"


def test_a_ping_needs_neither_payload_nor_id(rtm: Rtm) -> None:
    rtm.socket.send('{"action": "ping"}')
    assert rtm.receive() == {"action": "ping", "type": "response", "success": True, "payload": {}}


@pytest.mark.parametrize("frame", ["{", "[]", '{"payload": {}}', '{"action": 7}'])
def test_an_unreadable_frame_does_not_end_the_connection(rtm: Rtm, frame: str) -> None:
    rtm.socket.send(frame)
    response = rtm.receive()
    assert response["success"] is False
    assert response["payload"]["error"]["type"] == "validation"
    assert rtm.call("ping") == {}


def test_an_unknown_action_is_refused(rtm: Rtm) -> None:
    assert failure(rtm, "open_the_door") == "validation"
    assert failure(rtm, "check_goals") == "validation"


def test_the_id_of_a_request_comes_back_unchanged(rtm: Rtm) -> None:
    rtm.socket.send('{"action": "ping", "request_id": "007"}')
    assert rtm.receive()["request_id"] == "007"


def test_a_request_may_name_a_higher_version_only(customer: Customer, rtm: Rtm) -> None:
    customer.start()
    higher = rtm.response_to(rtm.ask("list_chats", version="3.7"))
    assert "chats_info" in higher["payload"]
    lower = rtm.response_to(rtm.ask("list_chats", version="3.5"))
    assert lower["payload"]["error"]["type"] == "unsupported_version"


def test_ten_requests_may_wait_for_their_answers(sandbox: Sandbox, rtm: Rtm) -> None:
    sandbox.fault("latency", seconds=2, method="get_customer")
    asked = [rtm.ask("get_customer") for _ in range(11)]
    refused = rtm.response_to(asked[10])
    assert refused["payload"]["error"]["type"] == "pending_requests_limit_reached"
    assert rtm.response_to(asked[9])["success"] is True


# --- responses and pushes ---------------------------------------------------------------------


def test_the_response_comes_before_the_push_it_caused(rtm: Rtm) -> None:
    started = rtm.ask("start_chat")
    assert rtm.receive()["type"] == "response"
    push = rtm.receive()
    assert (push["action"], push["request_id"], push["version"]) == (
        "incoming_chat",
        started,
        "3.6",
    )


def test_the_push_of_a_sent_event_has_the_requests_id_on_that_connection_only(
    customer: Customer, rtm: Rtm
) -> None:
    chat_id = rtm.call("start_chat")["chat_id"]
    with customer.connect() as other:
        rtm.forget()
        other.forget()
        sent = rtm.ask("send_event", {"chat_id": chat_id, "event": message("hi")})
        rtm.response_to(sent)
        assert [push["request_id"] for push in rtm.settled()] == [sent]
        assert [push["action"] for push in other.settled()] == ["incoming_event"]
        assert "request_id" not in other.pushes[0]
        assert other.pushes[0]["payload"] == rtm.pushes[0]["payload"]


def test_deactivating_marks_only_the_second_of_its_pushes(customer: Customer, rtm: Rtm) -> None:
    chat_id = rtm.call("start_chat")["chat_id"]
    rtm.forget()
    asked = rtm.ask("deactivate_chat", {"id": chat_id})
    rtm.response_to(asked)
    said, closed = rtm.settled()
    assert said["payload"]["event"]["system_message_type"] == "manual_archived_customer"
    assert "request_id" not in said
    assert (closed["action"], closed["request_id"]) == ("chat_deactivated", asked)
    assert closed["payload"]["user_id"] == customer.id


def test_a_web_request_causes_pushes_without_an_id(customer: Customer, rtm: Rtm) -> None:
    customer.start("hello")
    (push,) = rtm.settled()
    assert push["action"] == "incoming_chat"
    assert "request_id" not in push
    assert push["payload"]["chat"]["thread"]["events"][0]["text"] == "hello"


def test_a_failed_request_causes_no_push(rtm: Rtm) -> None:
    assert failure(rtm, "send_event", chat_id="X", event=message("hi")) == "not_found"
    assert rtm.actions() == []


def test_strangers_hear_nothing(customer: Customer, stranger: Customer, agent: Agent) -> None:
    with stranger.connect() as theirs:
        theirs.forget()
        chat_id, _ = customer.start("hello")
        agent.send(chat_id, "hi")
        agent.type(chat_id)
        customer.call("deactivate_chat", id=chat_id)
        assert theirs.actions() == []


def test_agents_reach_every_connection_of_the_customer(customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start()
    with customer.connect() as one, customer.connect() as two:
        agent.send(chat_id, "hello")
        for connection in (one, two):
            (told,) = connection.of("incoming_event")
            assert told["event"]["author_id"] == agent.opaque_id
            assert told["event"]["recipients"] == "all"


def test_what_agents_tell_each_other_is_not_pushed(
    customer: Customer, agent: Agent, rtm: Rtm
) -> None:
    chat_id, _ = customer.start()
    rtm.forget()
    agent.send(chat_id, "secret", visibility="agents")
    agent.call("send_typing_indicator", chat_id=chat_id, is_typing=True, visibility="agents")
    assert rtm.actions() == []


def test_a_sneak_peek_never_reaches_customers(customer: Customer, rtm: Rtm) -> None:
    chat_id, _ = customer.start()
    rtm.forget()
    rtm.call("send_sneak_peek", chat_id=chat_id, sneak_peek_text="I am thi")
    assert rtm.actions() == []


def test_typing_shows_and_stops(customer: Customer, agent: Agent, rtm: Rtm) -> None:
    chat_id, thread_id = customer.start()
    agent.type(chat_id)
    agent.type(chat_id, is_typing=False)
    shown = rtm.of("incoming_typing_indicator")
    assert [each["typing_indicator"]["is_typing"] for each in shown] == [True, False]
    assert shown[0]["thread_id"] == thread_id
    assert shown[0]["typing_indicator"]["author_id"] == agent.opaque_id
    assert isinstance(shown[0]["typing_indicator"]["timestamp"], int)


def test_a_toggled_button_is_a_postback_and_a_changed_event(
    customer: Customer, agent: Agent, rtm: Rtm
) -> None:
    chat_id, thread_id = customer.start()
    button = {"text": "Yes", "postback_id": "yes", "user_ids": []}
    card = {"type": "rich_message", "template_id": "quick_replies"}
    event_id = agent.send_event(chat_id, card | {"elements": [{"buttons": [button]}]})
    rtm.forget()
    pressed = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
    rtm.call("send_rich_message_postback", **pressed, postback={"id": "yes", "toggled": True})
    assert rtm.actions() == ["incoming_rich_message_postback", "event_updated"]
    customer.call("deactivate_chat", id=chat_id)
    rtm.forget()
    rtm.call("send_rich_message_postback", **pressed, postback={"id": "yes", "toggled": False})
    assert rtm.actions() == ["event_updated"]


def test_a_seen_mark_never_moves_back(customer: Customer, agent: Agent, rtm: Rtm) -> None:
    chat_id, _ = customer.start()
    agent.send(chat_id, "one")
    agent.send(chat_id, "two")
    one, two = (event["created_at"] for event in customer.thread(chat_id)["events"])
    rtm.forget()
    rtm.call("mark_events_as_seen", chat_id=chat_id, seen_up_to=two)
    rtm.call("mark_events_as_seen", chat_id=chat_id, seen_up_to=one)
    assert [told["seen_up_to"] for told in rtm.of("events_marked_as_seen")] == [two]
    assert customer.connect().login_answer["chats"][0]["has_unread_events"] is False


def test_a_seen_mark_is_a_time(customer: Customer, rtm: Rtm) -> None:
    chat_id, _ = customer.start()
    refused = failure(rtm, "mark_events_as_seen", chat_id=chat_id, seen_up_to="now")
    assert refused == "validation"


def test_a_change_of_details_reaches_the_customers_connections(
    customer: Customer, rtm: Rtm
) -> None:
    rtm.call("update_customer", name="Nora")
    assert rtm.of("customer_updated") == [{"id": customer.id, "name": "Nora"}]
    rtm.forget()
    rtm.call("set_customer_session_fields", session_fields=[{"a": "b"}])
    assert rtm.actions() == []


def test_only_the_changed_properties_are_pushed(customer: Customer, rtm: Rtm) -> None:
    chat_id, thread_id = customer.start()
    rtm.forget()
    where = {"chat_id": chat_id, "thread_id": thread_id}
    rtm.call("update_thread_properties", **where, properties={"test": {"int_property": 5}})
    rtm.call("delete_thread_properties", **where, properties={"test": ["int_property"]})
    updated, deleted = rtm.settled()
    assert updated["payload"] == where | {"properties": {"test": {"int_property": 5}}}
    assert deleted["payload"] == where | {"properties": {"test": ["int_property"]}}


# --- subscriptions ----------------------------------------------------------------------------


def test_only_subscribed_pushes_come_and_the_farewell_always(
    customer: Customer, agent: Agent
) -> None:
    pushes = {"3.6": ["incoming_event", "customer_page_updated"]}
    with customer.connect(pushes=pushes) as connection:
        chat_id, _ = customer.start()
        agent.type(chat_id)
        agent.send(chat_id, "hello")
        assert connection.actions() == ["incoming_event"]
        agent.ban(customer.id)
        assert connection.farewell() == {"reason": "customer_banned"}


def test_35_knows_no_previews(customer: Customer, agent: Agent) -> None:
    with customer.connect("3.5") as older, customer.connect() as newer:
        chat_id, _ = customer.start()
        agent.call("send_event_preview", chat_id=chat_id, event=message("half an ans"))
        assert "incoming_event_preview" not in older.actions()
        assert older.pushes[-1]["version"] == "3.5"
        (preview,) = newer.of("incoming_event_preview")
        assert "id" not in preview["event"]


def test_a_push_has_the_shape_of_the_version_it_was_subscribed_in(
    customer: Customer, agent: Agent
) -> None:
    pushes = {"3.6": ["incoming_event"], "3.7": ["incoming_event"]}
    with customer.connect(pushes=pushes) as connection:
        chat_id, _ = customer.start()
        agent.send_event(chat_id, {"type": "rich_message", "template_id": "sticker"})
        first, second = connection.settled()
        assert (first["version"], second["version"]) == ("3.6", "3.7")
        assert "visibility" not in first["payload"]["event"]
        assert second["payload"]["event"]["visibility"] == "all"


FREE = {"id": "7", "address": "Main St", "cart": {"total": 1}, "chats_summary": [1]}


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_what_an_app_sends_arrives_as_it_was_sent(
    customer: Customer, agent: Agent, version: str
) -> None:
    with customer.connect(version) as connection:
        chat_id, _ = customer.start()
        agent.send_event(chat_id, {"type": "custom", "content": FREE})
        customer.sandbox.control("multicast", {"content": FREE})
        (told,) = connection.of("incoming_event")
        assert told["event"]["content"] == FREE
        assert connection.of("incoming_multicast") == [{"content": FREE}]


def test_pushes_of_an_old_version_are_those_of_the_version_it_is_served_as(
    customer: Customer,
) -> None:
    with customer.connect("3.4", pushes={"3.4": ["all"]}) as connection:
        customer.call("update_customer", name="Nora")
        assert "customer_updated" in connection.actions()


def test_counters_for_the_browser_follow_the_login(customer: Customer) -> None:
    with customer.connect(customer_page={"url": "https://shop.example/"}) as connection:
        (told,) = connection.of("customer_side_storage_updated")
        assert told["customer_side_storage"]["visits_count"] == "1"
        assert told["customer_side_storage"]["page_views_count"] == "1"


def test_a_multicast_reaches_every_customer(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.control("multicast", {"content": {"sale": True}, "type": "news"})
    assert rtm.of("incoming_multicast") == [{"content": {"sale": True}, "type": "news"}]


def test_frames_are_compact_json(rtm: Rtm) -> None:
    rtm.socket.send(json.dumps({"action": "ping"}))
    assert (
        rtm.socket.recv(REQUEST_LIMIT)
        == '{"action":"ping","type":"response","success":true,"payload":{}}'
    )
