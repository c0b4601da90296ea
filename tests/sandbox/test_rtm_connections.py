"""Connections of customers: who may log in, and who is sent away."""

import pytest

from tests.sandbox.clients import Connect, Customer, Rtm, failure
from tests.sandbox_rig import Agent, Payload, Sandbox


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
