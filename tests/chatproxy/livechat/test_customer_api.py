"""Every method of the Customer Chat Web API, against a LiveChat."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest

from chatproxy.conversation import file, message
from chatproxy.livechat import http
from chatproxy.livechat.customer_api import CustomerApi, move, region_of
from chatproxy.livechat.errors import (
    ChatAlreadyActive,
    ChatInactive,
    ChatLimitReached,
    GreetingNotFound,
    Internal,
    Invalid,
    LicenseNotFound,
    NotAuthorized,
    NotFound,
    TooManyRequests,
    Unreachable,
    WrongRegion,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.organization_api import OrganizationApi
from chatproxy.livechat.structures import File, Message, Thread
from chatproxy.models import Customer
from tests.sandbox_rig import Agent, Sandbox

HELLO = {"thread": {"events": [message("Hello", "m-1")]}}


@pytest.fixture
def chat(api: CustomerApi) -> tuple[str, str]:
    """The ids of a chat that has begun, and of its thread."""
    return api.start_chat(HELLO)


def thread_of(api: CustomerApi, chat_id: str) -> Thread:
    thread = api.get_chat(chat_id).thread
    assert thread is not None
    return thread


def test_starting_a_chat_names_it_and_its_thread(api: CustomerApi) -> None:
    chat_id, thread_id = api.start_chat(HELLO)
    found = api.get_chat(chat_id)
    assert found.id == chat_id
    assert found.thread
    assert found.thread.id == thread_id
    assert found.thread.active


def test_a_second_chat_is_refused(api: CustomerApi, chat: tuple[str, str]) -> None:
    with pytest.raises(ChatLimitReached):
        api.start_chat(HELLO)


def test_chats_are_listed(api: CustomerApi, chat: tuple[str, str]) -> None:
    [summary] = api.list_chats()
    assert (summary.id, summary.last_thread_id, summary.active) == (*chat, True)


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_chats_are_listed_in_every_version(
    customer: Customer, organization: Organization, version: str
) -> None:
    api = CustomerApi(customer, dataclasses.replace(organization, version=version))
    chat_id, thread_id = api.start_chat(HELLO)
    [summary] = api.list_chats()
    assert (summary.id, summary.last_thread_id) == (chat_id, thread_id)


def test_resuming_begins_another_thread(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    thread_id = api.resume_chat({"id": chat[0]})
    assert thread_id != chat[1]
    assert thread_of(api, chat[0]).id == thread_id


def test_resuming_an_active_chat_is_refused(api: CustomerApi, chat: tuple[str, str]) -> None:
    with pytest.raises(ChatAlreadyActive):
        api.resume_chat({"id": chat[0]})


def test_deactivating_twice_is_refused(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    with pytest.raises(ChatInactive):
        api.deactivate_chat(chat[0])


def test_an_event_gets_its_id(api: CustomerApi, chat: tuple[str, str]) -> None:
    assert api.send_event(chat[0], message("More", "m-2")) == f"{chat[1]}_2"


def test_an_event_for_an_inactive_chat_is_refused(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    with pytest.raises(ChatInactive):
        api.send_event(chat[0], message("More", "m-2"))


def test_an_event_may_be_attached_to_the_closed_thread(
    api: CustomerApi, chat: tuple[str, str]
) -> None:
    api.deactivate_chat(chat[0])
    api.send_event(chat[0], message("P.S.", "m-2"), attach_to_last_thread=True)
    assert thread_of(api, chat[0]).events[-1].custom_id == "m-2"
    assert not thread_of(api, chat[0]).active


def test_threads_come_in_pages_newest_first(api: CustomerApi, chat: tuple[str, str]) -> None:
    ids = [chat[1]]
    for _ in range(2):
        api.deactivate_chat(chat[0])
        ids.append(api.resume_chat({"id": chat[0], **HELLO}))
    found: list[str] = []
    page = api.list_threads(chat[0], events=1)
    found += [thread.id for thread in page.threads]
    while page.next_page_id:
        page = api.list_threads(chat[0], page_id=page.next_page_id)
        found += [thread.id for thread in page.threads]
    assert found == ids[::-1]


def test_one_thread_is_found_by_its_id(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    api.resume_chat({"id": chat[0]})
    thread = api.get_chat(chat[0], chat[1]).thread
    assert thread
    assert thread.id == chat[1]


def test_ones_own_event_is_deleted(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.delete_event(*chat, f"{chat[1]}_1")
    assert not [event for event in thread_of(api, chat[0]).events if isinstance(event, Message)]


def test_somebody_elses_event_is_not_deleted(
    api: CustomerApi, chat: tuple[str, str], agent: Agent
) -> None:
    event_id = agent.send(chat[0], "Mine")
    with pytest.raises(NotAuthorized):
        api.delete_event(*chat, event_id)


def test_somebody_elses_chat_is_as_unknown_as_none(
    api: CustomerApi, chat: tuple[str, str], organization: Organization
) -> None:
    stranger, _token = Customer.objects.welcome("shop", organization)
    with pytest.raises(NotFound):
        CustomerApi(stranger, organization).get_chat(chat[0])


def test_a_file_is_uploaded_and_sent(api: CustomerApi, chat: tuple[str, str]) -> None:
    url = api.upload_file("plan.txt", io.BytesIO(b"Left, then right"), "text/plain")
    api.send_event(chat[0], file(url, "u-1", alternative_text="A plan"))
    event = thread_of(api, chat[0]).events[-1]
    assert isinstance(event, File)
    assert event.name == "plan.txt"
    assert event.url.startswith("http")


def test_an_upload_repeated_with_a_new_token_is_whole(
    api: CustomerApi, chat: tuple[str, str], sandbox: Sandbox
) -> None:
    sandbox.fault("token_expired")
    url = api.upload_file("plan.txt", io.BytesIO(b"Left, then right"), "text/plain")
    api.send_event(chat[0], file(url, "u-1"))
    event = thread_of(api, chat[0]).events[-1]
    assert isinstance(event, File)
    assert sandbox.http.get(event.url, timeout=5).content == b"Left, then right"


def test_a_button_is_pressed(api: CustomerApi, chat: tuple[str, str], agent: Agent) -> None:
    button = {"text": "Thanks", "postback_id": "ok", "user_ids": []}
    event_id = agent.send_event(
        chat[0],
        {
            "type": "rich_message",
            "template_id": "cards",
            "elements": [{"title": "Parcel", "buttons": [button]}],
        },
    )
    api.send_rich_message_postback(*chat, event_id, {"id": "ok", "toggled": True})
    event: Any = thread_of(api, chat[0]).events[-1]
    assert event.elements[0].buttons[0].user_ids == {api.customer.entity_id}


def test_what_is_being_typed_is_shown_to_agents(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.send_sneak_peek(chat[0], "Has my par")


def test_events_are_marked_as_seen(api: CustomerApi, chat: tuple[str, str], agent: Agent) -> None:
    agent.send(chat[0], "Here I am")
    newest = thread_of(api, chat[0]).events[-1].created_at
    api.mark_events_as_seen(chat[0], newest)
    users = {user.id: user for user in api.get_chat(chat[0]).users}
    assert users[api.customer.entity_id].events_seen_up_to == newest


def test_a_rating_is_given_and_taken_back(api: CustomerApi, chat: tuple[str, str]) -> None:
    api.update_thread_properties(*chat, {"rating": {"score": 1, "comment": "Quick!"}})
    assert thread_of(api, chat[0]).properties["rating"] == {"score": 1, "comment": "Quick!"}
    api.delete_thread_properties(*chat, {"rating": ["score", "comment"]})
    assert not thread_of(api, chat[0]).properties.get("rating")


def test_properties_of_the_chat_are_set_and_deleted(
    api: CustomerApi, chat: tuple[str, str]
) -> None:
    api.update_chat_properties(chat[0], {"test": {"bool_property": True}})
    api.delete_chat_properties(chat[0], {"test": ["bool_property"]})


def test_properties_of_an_event_are_set_and_deleted(
    api: CustomerApi, chat: tuple[str, str]
) -> None:
    event_id = f"{chat[1]}_1"
    api.update_event_properties(*chat, event_id, {"test": {"int_property": 7}})
    assert thread_of(api, chat[0]).events[0].properties["test"] == {"int_property": 7}
    api.delete_event_properties(*chat, event_id, {"test": ["int_property"]})
    assert not thread_of(api, chat[0]).events[0].properties.get("test")


def test_the_customer_is_described(api: CustomerApi) -> None:
    api.update_customer(name="Nora", email="nora@shop.example")
    nora = api.get_customer()
    assert (nora.type, nora.name, nora.email) == ("customer", "Nora", "nora@shop.example")


def test_session_fields_are_set(api: CustomerApi) -> None:
    api.set_customer_session_fields([{"plan": "gold"}])


def test_an_email_verification_is_asked_for(api: CustomerApi) -> None:
    api.update_customer(email="nora@shop.example")
    api.request_email_verification("https://shop.example/verified")


def test_statuses_of_groups_are_listed(api: CustomerApi) -> None:
    assert api.list_group_statuses()[0] == "online"


def test_a_form_that_is_switched_on_is_given(api: CustomerApi, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": True})
    form = api.get_form("prechat")
    assert form
    assert form.fields


def test_a_form_that_is_switched_off_is_none(api: CustomerApi, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": False})
    assert api.get_form("prechat") is None


def test_an_unknown_greeting_is_refused(api: CustomerApi) -> None:
    with pytest.raises(GreetingNotFound):
        api.accept_greeting(1, "unknown")
    with pytest.raises(GreetingNotFound):
        api.cancel_greeting("unknown")
    with pytest.raises(GreetingNotFound):
        api.send_greeting_button_clicked("unknown", "b")


def test_a_bad_address_has_no_preview(api: CustomerApi) -> None:
    with pytest.raises(Invalid):
        api.get_url_info("javascript:alert(1)")


def test_goals_are_checked_without_a_connection(api: CustomerApi) -> None:
    api.check_goals([{"plan": "gold"}], "https://shop.example/thanks")


# Regions, limits, answers nobody can read


def test_the_right_region_is_found_and_remembered(api: CustomerApi, sandbox: Sandbox) -> None:
    sandbox.settings(region="fra")
    assert api.list_chats() == []
    assert region_of(api.organization) == "fra"


def test_regions_that_send_each_other_calls_are_left_after_one_turn(
    api: CustomerApi, sandbox: Sandbox
) -> None:
    sandbox.fault("wrong_region", transport="web", region="fra")
    with pytest.raises(WrongRegion):
        api.list_chats()


@pytest.mark.parametrize("region", ["", "../..", "evil.example/", "frä", "fra.evil", "x" * 9])
def test_a_region_of_another_form_is_not_followed(organization: Organization, region: str) -> None:
    move(organization, region)
    assert region_of(organization) == "dal"


def test_the_european_host_is_used_for_europe(organization: Organization, settings: Any) -> None:
    settings.LIVECHAT_API_URL = "https://api.livechatinc.com"
    assert http.api_url(organization, "dal") == "https://api.livechatinc.com/v3.6/customer"
    assert http.api_url(organization, "fra") == "https://api-fra.livechatinc.com/v3.6/customer"


def test_too_many_requests_say_how_long_to_wait(api: CustomerApi, sandbox: Sandbox) -> None:
    sandbox.settings(requests_per_second=0.01, request_burst=1)
    api.list_chats()
    with pytest.raises(TooManyRequests) as caught:
        api.list_chats()
    assert caught.value.retry_after == 1


@pytest.mark.parametrize("kind", ["malformed", "truncated", "reset_before", "reset_after", "down"])
def test_an_answer_that_cannot_be_read_is_of_unknown_outcome(
    api: CustomerApi, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault(kind, transport="web")
    with pytest.raises(Unreachable):
        api.list_chats()


def test_a_server_error_may_be_tried_again(api: CustomerApi, sandbox: Sandbox) -> None:
    sandbox.fault("error", transport="web", type="internal")
    with pytest.raises(Internal):
        api.list_chats()


def test_an_answer_without_the_id_it_owes_is_of_unknown_outcome(
    api: CustomerApi, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_act", lambda *_: {})
    with pytest.raises(Unreachable):
        api.start_chat(HELLO)


def test_an_answer_too_large_is_not_read_to_its_end(
    api: CustomerApi, chat: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST", 100)
    with pytest.raises(Unreachable):
        api.get_chat(chat[0])


def test_an_answer_too_slow_is_not_waited_for(
    api: CustomerApi, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (1, 0.2))
    sandbox.fault("latency", transport="web", seconds=1, when="after")
    with pytest.raises(Unreachable):
        api.list_chats()


def test_livechats_cookies_belong_to_nobody_else(
    api: CustomerApi, organization: Organization
) -> None:
    Customer.objects.welcome("shop", organization)
    assert not list(http._session().cookies)


# What needs no customer


def test_availability_is_known_before_anybody_has_written(organization: Organization) -> None:
    availability = OrganizationApi(organization).get_dynamic_configuration()
    assert availability.is_online
    assert availability.language == "en"


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_availability_is_known_in_every_version(
    organization: Organization, version: str, sandbox: Sandbox
) -> None:
    dated = OrganizationApi(dataclasses.replace(organization, version=version))
    assert dated.get_dynamic_configuration().is_online
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    assert not dated.get_dynamic_configuration().is_online


def test_forms_and_phrases_are_known_by_their_versions(organization: Organization) -> None:
    nobody = OrganizationApi(organization)
    availability = nobody.get_dynamic_configuration()
    configuration = nobody.get_configuration(availability.config_version)
    phrases = nobody.get_localization("en", availability.localization_version)
    assert configuration.prechat_form is None or configuration.prechat_form.fields
    assert phrases["chat_with_us"] == "Chat with us"


def test_properties_of_license_and_group_are_read(organization: Organization) -> None:
    assert isinstance(OrganizationApi(organization).list_license_properties(), dict)
    assert isinstance(OrganizationApi(organization).list_group_properties(), dict)


def test_an_unknown_organization_has_no_availability(organization: Organization) -> None:
    nowhere = dataclasses.replace(
        organization, organization_id="00000000-0000-0000-0000-000000000000"
    )
    with pytest.raises(LicenseNotFound):
        OrganizationApi(nowhere).get_dynamic_configuration()
