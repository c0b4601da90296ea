"""What a customer tells of themselves, and what they are told: groups, forms, configuration."""

from typing import Any

import requests

from tests.sandbox.clients import Customer, Rtm, refused
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Sandbox


def test_details_of_a_customer_are_kept(customer: Customer) -> None:
    customer.call("update_customer", name="Nora", email="nora@shop.example")
    customer.call("update_customer", session_fields=[{"plan": "gold"}], address={"city": "Łódź"})
    shown = customer.call("get_customer")
    assert (shown["name"], shown["email"]) == ("Nora", "nora@shop.example")
    assert shown["session_fields"] == [{"plan": "gold"}]
    assert shown["address"] == {"city": "Łódź"}
    assert len(shown["statistics"]) == 6
    assert "address" not in customer.call("get_customer", version="3.5")


def test_session_fields_are_replaced(customer: Customer) -> None:
    customer.call("set_customer_session_fields", session_fields=[{"a": "1"}, {"b": "2"}])
    customer.call("set_customer_session_fields", session_fields=[{"c": "3"}])
    assert customer.call("get_customer")["session_fields"] == [{"c": "3"}]


def test_a_hundred_session_fields_are_enough(customer: Customer) -> None:
    fields = [{f"k{number}": "v"} for number in range(101)]
    answer = refused(customer, "set_customer_session_fields", session_fields=fields)
    assert answer == (422, "customer_session_fields_limit_reached")


def test_an_update_of_nothing_is_refused(customer: Customer) -> None:
    assert refused(customer, "update_customer") == (400, "validation")


def test_a_banned_customer_is_refused_until_the_ban_is_over(
    customer: Customer, agent: Agent
) -> None:
    chat_id, _ = customer.start("hello")
    agent.ban(customer.id, days=2)
    assert refused(customer, "list_chats") == (403, "customer_banned")
    customer.sandbox.advance(2 * 86_400 + 1)
    customer.renew()
    events = customer.thread(chat_id)["events"]
    assert events[-1]["system_message_type"] == "customer_banned"


def test_group_statuses_follow_the_agents(customer: Customer, agent: Agent) -> None:
    every = customer.call("list_group_statuses", all=True)
    assert every == {"groups_status": {"0": "online", "1": "online", "2": "online"}}
    customer.sandbox.settings(max_chats={agent.id: 0})
    some = customer.call("list_group_statuses", group_ids=[1, 99])
    assert some == {"groups_status": {"1": "online_for_queue"}}
    customer.sandbox.settings(queue=False)
    assert customer.call("list_group_statuses", group_ids=[1])["groups_status"] == {"1": "offline"}


def test_which_groups_has_to_be_said(customer: Customer) -> None:
    assert refused(customer, "list_group_statuses") == (400, "validation")


def test_an_agent_is_predicted_for_who_is_logged_in(
    customer: Customer, agent: Agent, rtm: Rtm
) -> None:
    answer = customer.call("get_predicted_agent")
    assert answer["agent"]["id"] == agent.opaque_id
    assert answer["queue"] is False
    customer.sandbox.settings(manual_routing=True)
    assert refused(customer, "get_predicted_agent") == (422, "group_unavailable")
    customer.sandbox.settings(agents={agent.id: "offline"})
    assert refused(customer, "get_predicted_agent") == (422, "group_offline")


def test_forms_are_shown_when_they_are_enabled(customer: Customer) -> None:
    asked: Payload = {"group_id": 0, "type": "prechat"}
    assert customer.call("get_form", **asked) == {"enabled": False}
    customer.sandbox.settings(forms={"prechat": True})
    answer = customer.call("get_form", **asked)
    assert answer["form"]["fields"][0]["id"]
    ticket = customer.call("get_form", group_id=0, type="ticket")["form"]
    assert all("id" not in field for field in ticket["fields"])
    unknown = refused(customer, "get_form", group_id=9, type="ticket")
    assert unknown == (404, "group_not_found")


def test_an_email_is_asked_for_when_nobody_can_answer(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(ask_for_email=True, agents={agent.id: "offline"})
    chat_id, _ = customer.start("hello", continuous=True)
    asked = customer.thread(chat_id)["events"][1]
    assert (asked["type"], asked["form_type"]) == ("form", "ask_for_email")
    assert "author_id" not in asked


def test_configuration_needs_no_token(sandbox: Sandbox) -> None:
    def read(action: str, /, api_version: str = "3.6", **query: Any) -> Payload:
        response = requests.get(
            f"{sandbox.url}/v{api_version}/customer/action/{action}",
            params={"organization_id": sandbox.config["organization_id"]} | query,
            timeout=REQUEST_LIMIT,
        )
        assert response.status_code == 200
        answer: Payload = response.json()
        return answer

    dynamic = read("get_dynamic_configuration")["livechat"]
    assert dynamic["online_group_ids"] == [0, 1, 2]
    assert read("get_dynamic_configuration", "3.5")["config_version"] == dynamic["config_version"]
    static = read("get_configuration", group_id=0, version=dynamic["config_version"])
    assert static["ticket_form"]["fields"]
    texts = read(
        "get_localization", group_id=0, language="en", version=dynamic["localization_version"]
    )
    assert all(isinstance(text, str) for text in texts.values())
    assert read("list_license_properties") == {}
    assert read("list_group_properties", id=0) == {}


def test_a_page_is_described(customer: Customer) -> None:
    url = customer.sandbox.url + "/sandbox/config"
    assert customer.call("get_url_info", url=url) == {"url": url}
    gone = customer.sandbox.url + "/no-such-page"
    assert refused(customer, "get_url_info", url=gone) == (404, "not_found")
    assert refused(customer, "get_url_info", url="file:///etc/passwd") == (400, "validation")


def test_an_unknown_greeting_is_refused(customer: Customer) -> None:
    unknown = {"greeting_id": 1, "unique_id": "x"}
    assert refused(customer, "accept_greeting", **unknown) == (404, "greeting_not_found")
