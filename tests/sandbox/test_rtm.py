"""The Customer RTM API: logging in, frames, and who gets which push."""

import json
from collections.abc import Callable

import pytest

from tests.sandbox.clients import Customer, Failed, Rtm, message
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox

Connect = Callable[..., Rtm]


def failure(rtm: Rtm, action: str, **payload: object) -> str:
    with pytest.raises(Failed) as failed:
        rtm.call(action, **payload)
    return failed.value.type


# --- connections ------------------------------------------------------------------------------


def test_an_unknown_organization_is_sent_away(connect: Connect) -> None:
    assert connect(organization_id="unknown").farewell() == {"reason": "license_not_found"}


def test_an_unknown_version_is_sent_away(connect: Connect) -> None:
    assert connect("2.0").farewell() == {"reason": "unsupported_version"}


def test_the_wrong_region_is_told_the_right_one(connect: Connect) -> None:
    told = connect(**{"X-Region": "fra"}).farewell()
    assert told == {"reason": "misdirected_connection", "data": {"region": "dal"}}


def test_a_legacy_version_tells_its_end_with_the_handshake(connect: Connect) -> None:
    response = connect("3.5").socket.response
    assert response is not None
    assert "Legacy" in response.headers


def test_who_does_not_log_in_is_sent_away_after_half_a_minute(
    sandbox: Sandbox, connect: Connect
) -> None:
    connection = connect()
    sandbox.advance(20)
    assert connection.call("ping") == {}
    sandbox.advance(11)
    assert connection.farewell() == {"reason": "connection_timeout"}


def test_connections_that_wait_for_their_login_are_counted(
    sandbox: Sandbox, connect: Connect
) -> None:
    sandbox.settings(unauthorized_connections_per_ip=2)
    first, second = connect(), connect()
    assert connect().farewell() == {"reason": "too_many_unauthorized_connections"}
    assert first.call("ping") == second.call("ping") == {}


def test_connections_of_the_organization_are_counted(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.settings(connections=1)
    connect()
    assert connect().farewell() == {"reason": "service_temporarily_unavailable"}


def test_a_customer_has_a_limit_of_connections(customer: Customer, connect: Connect) -> None:
    customer.sandbox.settings(connections_per_customer=2)
    first, second = customer.connect(), customer.connect()
    third = connect()
    third.ask("login", {"token": customer.authorization})
    assert third.farewell() == {"reason": "too_many_connections"}
    assert first.call("ping") == second.call("ping") == {}


def test_a_customer_who_does_nothing_is_sent_away_after_half_an_hour(
    customer: Customer, rtm: Rtm
) -> None:
    customer.sandbox.advance(1_770)
    rtm.call("update_customer_page", url="https://shop.example/next")
    customer.sandbox.advance(1_770)
    assert rtm.call("ping") == {}
    customer.sandbox.advance(31)
    assert rtm.farewell() == {"reason": "inactivity_timeout"}


def test_silence_ends_a_connection_where_the_rules_say_so(customer: Customer) -> None:
    customer.sandbox.settings(ping_timeout=30)
    connection = customer.connect()
    customer.sandbox.advance(20)
    connection.call("ping")
    customer.sandbox.advance(20)
    connection.call("ping")
    customer.sandbox.advance(31)
    assert connection.farewell() == {"reason": "connection_timeout"}


@pytest.mark.parametrize(
    ("rule", "reason"),
    [("ping_timeout", "connection_timeout"), ("inactivity_timeout", "inactivity_timeout")],
)
def test_an_open_connection_follows_new_settings(
    customer: Customer, rtm: Rtm, rule: str, reason: str
) -> None:
    customer.sandbox.settings(**{rule: 60})
    customer.sandbox.advance(61)
    assert rtm.farewell() == {"reason": reason}


def test_a_connection_without_a_login_follows_new_settings(
    customer: Customer, connect: Connect
) -> None:
    connection = connect()
    connection.call("ping")
    customer.sandbox.settings(login_timeout=5)
    customer.sandbox.advance(6)
    assert connection.farewell() == {"reason": "connection_timeout"}


def test_a_timer_that_is_switched_off_ends_no_open_connection(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.settings(inactivity_timeout=None)
    customer.sandbox.advance(1_801)
    assert rtm.call("ping") == {}


# --- login ------------------------------------------------------------------------------------


def test_login_answers_what_official_clients_need(customer: Customer) -> None:
    answer = customer.connect(customer={"name": "Nora"}).login_answer
    assert answer["customer"]["id"] == customer.id
    assert answer["customer"]["name"] == "Nora"
    assert answer["customer"]["statistics"]["visits_count"] == 1
    assert (answer["has_active_thread"], answer["chats"]) == (False, [])
    private = answer["__priv_dynamic_config"]
    assert private["customer_groups"]["monitoring"]["id"] in private["online_groups_ids"]


def test_login_tells_of_the_chat(customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start("hello")
    agent.send(chat_id, "yes?")
    answer = customer.connect().login_answer
    assert answer["has_active_thread"] is True
    assert answer["chats"] == [
        {"chat_id": chat_id, "has_unread_events": True, "has_active_thread": True}
    ]


def test_offline_groups_are_left_out(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(agents={agent.id: "offline"})
    assert "online_groups_ids" not in customer.connect().login_answer["__priv_dynamic_config"]


@pytest.mark.parametrize(
    ("login", "error_type"),
    [
        ({}, "validation"),
        ({"token": "Bearer dal:wrong"}, "authentication"),
        ({"token": 7}, "validation"),
    ],
)
def test_a_wrong_login_is_refused(connect: Connect, login: Payload, error_type: str) -> None:
    assert failure(connect(), "login", **login) == error_type


def test_a_refused_login_may_be_repeated(customer: Customer, connect: Connect) -> None:
    connection = connect()
    assert failure(connection, "login", token="Bearer dal:wrong") == "authentication"
    token = customer.token["access_token"]
    assert connection.call("login", token=token)["customer"]["id"] == customer.id


def test_a_group_that_does_not_exist_is_refused(customer: Customer, connect: Connect) -> None:
    login = {"token": customer.authorization, "group_id": 99}
    assert failure(connect(), "login", **login) == "group_not_found"


def test_a_second_login_is_refused(customer: Customer, rtm: Rtm) -> None:
    assert failure(rtm, "login", token=customer.authorization) == "validation"


def test_customers_beyond_the_licence_stay_offline(
    customer: Customer, stranger: Customer, rtm: Rtm, connect: Connect
) -> None:
    customer.sandbox.settings(customers_online=1)
    refused = failure(connect(), "login", token=stranger.authorization)
    assert refused == "users_limit_reached"
    dynamic = customer.call("get_dynamic_configuration")
    assert dynamic["livechat"]["client_limit_exceeded"] is True
    assert customer.connect().login_answer["customer"]["id"] == customer.id


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


# --- greetings and welcome --------------------------------------------------------------------


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
