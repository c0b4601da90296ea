"""Every method of the Customer Chat Web API, against a LiveChat."""

from __future__ import annotations

import dataclasses
import io
import socket
from typing import Any

import pytest
from urllib3 import HTTPHeaderDict

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import file, message
from chatproxy.livechat import http
from chatproxy.livechat.answers import read
from chatproxy.livechat.errors import (
    ChatAlreadyActive,
    ChatInactive,
    ChatLimitReached,
    GreetingNotFound,
    Internal,
    LicenseNotFound,
    NotFound,
    TooManyRequests,
    Unreachable,
    WrongRegion,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.organization_api import OrganizationApi
from chatproxy.livechat.structures import File, Thread
from chatproxy.models import Customer
from chatproxy.versions import version_end
from tests.chatproxy.streams import MORE_THAN_FITS, end_of
from tests.sandbox_rig import Agent, Sandbox

HELLO = {"thread": {"events": [message("Hello", "m-1")]}}


@pytest.fixture
def chat(api: ActingCustomer) -> tuple[str, str]:
    """The ids of a chat that has begun, and of its thread."""
    return api.start_chat(HELLO)


def thread_of(api: ActingCustomer, chat_id: str) -> Thread:
    thread = api.get_chat(chat_id).thread
    assert thread is not None
    return thread


def test_starting_a_chat_names_it_and_its_thread(api: ActingCustomer) -> None:
    chat_id, thread_id = api.start_chat(HELLO)
    found = api.get_chat(chat_id)
    assert found.id == chat_id
    assert found.thread
    assert found.thread.id == thread_id
    assert found.thread.active


def test_a_second_chat_is_refused(api: ActingCustomer, chat: tuple[str, str]) -> None:
    with pytest.raises(ChatLimitReached):
        api.start_chat(HELLO)


def test_chats_are_listed(api: ActingCustomer, chat: tuple[str, str]) -> None:
    [summary] = api.list_chats()
    assert (summary.id, summary.last_thread_id, summary.active) == (*chat, True)


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_chats_are_listed_in_every_version(
    customer: Customer, organization: Organization, version: str
) -> None:
    api = ActingCustomer(customer, dataclasses.replace(organization, version=version))
    chat_id, thread_id = api.start_chat(HELLO)
    [summary] = api.list_chats()
    assert (summary.id, summary.last_thread_id) == (chat_id, thread_id)


def test_resuming_begins_another_thread(api: ActingCustomer, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    thread_id = api.resume_chat({"id": chat[0]})
    assert thread_id != chat[1]
    assert thread_of(api, chat[0]).id == thread_id


def test_resuming_an_active_chat_is_refused(api: ActingCustomer, chat: tuple[str, str]) -> None:
    with pytest.raises(ChatAlreadyActive):
        api.resume_chat({"id": chat[0]})


def test_deactivating_twice_is_refused(api: ActingCustomer, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    with pytest.raises(ChatInactive):
        api.deactivate_chat(chat[0])


def test_an_event_gets_its_id(api: ActingCustomer, chat: tuple[str, str]) -> None:
    assert api.send_event(chat[0], message("More", "m-2")) == f"{chat[1]}_2"


def test_an_event_for_an_inactive_chat_is_refused(
    api: ActingCustomer, chat: tuple[str, str]
) -> None:
    api.deactivate_chat(chat[0])
    with pytest.raises(ChatInactive):
        api.send_event(chat[0], message("More", "m-2"))


def test_an_event_may_be_attached_to_the_closed_thread(
    api: ActingCustomer, chat: tuple[str, str]
) -> None:
    api.deactivate_chat(chat[0])
    api.send_event(chat[0], message("P.S.", "m-2"), attach_to_last_thread=True)
    assert thread_of(api, chat[0]).events[-1].custom_id == "m-2"
    assert not thread_of(api, chat[0]).active


def test_threads_come_in_pages_newest_first(api: ActingCustomer, chat: tuple[str, str]) -> None:
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


def test_one_thread_is_found_by_its_id(api: ActingCustomer, chat: tuple[str, str]) -> None:
    api.deactivate_chat(chat[0])
    api.resume_chat({"id": chat[0]})
    thread = api.get_chat(chat[0], chat[1]).thread
    assert thread
    assert thread.id == chat[1]


def test_somebody_elses_chat_is_as_unknown_as_none(
    api: ActingCustomer, chat: tuple[str, str], organization: Organization
) -> None:
    stranger, _token = Customer.objects.welcome("shop", organization)
    with pytest.raises(NotFound):
        ActingCustomer(stranger, organization).get_chat(chat[0])


def test_a_file_is_uploaded_and_sent(api: ActingCustomer, chat: tuple[str, str]) -> None:
    url = api.upload_file("plan.txt", io.BytesIO(b"Left, then right"), "text/plain")
    api.send_event(chat[0], file(url, "u-1", alternative_text="A plan"))
    event = thread_of(api, chat[0]).events[-1]
    assert isinstance(event, File)
    assert event.name == "plan.txt"
    assert event.url.startswith("http")


def test_an_upload_repeated_with_a_new_token_is_whole(
    api: ActingCustomer, chat: tuple[str, str], sandbox: Sandbox
) -> None:
    sandbox.fault("token_expired")
    url = api.upload_file("plan.txt", io.BytesIO(b"Left, then right"), "text/plain")
    api.send_event(chat[0], file(url, "u-1"))
    event = thread_of(api, chat[0]).events[-1]
    assert isinstance(event, File)
    assert sandbox.http.get(event.url, timeout=30).content == b"Left, then right"


def test_a_button_is_pressed(api: ActingCustomer, chat: tuple[str, str], agent: Agent) -> None:
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


def test_a_rating_is_given_and_taken_back(api: ActingCustomer, chat: tuple[str, str]) -> None:
    api.update_thread_properties(*chat, {"rating": {"score": 1, "comment": "Quick!"}})
    assert thread_of(api, chat[0]).properties["rating"] == {"score": 1, "comment": "Quick!"}
    api.delete_thread_properties(*chat, {"rating": ["score", "comment"]})
    assert not thread_of(api, chat[0]).properties.get("rating")


def test_statuses_of_groups_are_listed(api: ActingCustomer) -> None:
    assert api.list_group_statuses()[0] == "online"


def test_a_form_that_is_switched_on_is_given(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": True})
    form = api.get_form("prechat")
    assert form
    assert form.fields


def test_a_form_that_is_switched_off_is_absent(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": False})
    assert api.get_form("prechat") is None


def test_an_unknown_greeting_is_refused(api: ActingCustomer) -> None:
    with pytest.raises(GreetingNotFound):
        api.accept_greeting(1, "unknown")
    with pytest.raises(GreetingNotFound):
        api.cancel_greeting("unknown")


# Regions, limits, answers nobody can read


def test_the_right_region_is_found_and_remembered(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(region="fra")
    assert api.list_chats() == []
    assert api.organization.current_region == "fra"


def test_regions_that_send_each_other_calls_are_left_after_one_turn(
    api: ActingCustomer, sandbox: Sandbox
) -> None:
    sandbox.fault("wrong_region", transport="web", region="fra")
    with pytest.raises(WrongRegion):
        api.list_chats()


@pytest.mark.parametrize("region", ["", "../..", "evil.example/", "frä", "fra.evil", "x" * 9])
def test_a_region_of_another_form_is_not_followed(organization: Organization, region: str) -> None:
    organization.move(region)
    assert organization.current_region == "dal"


def test_the_european_host_is_used_for_europe(organization: Organization, settings: Any) -> None:
    settings.LIVECHAT_API_URL = "https://api.livechatinc.com"
    assert organization.api_url("dal") == "https://api.livechatinc.com/v3.6/customer"
    assert organization.api_url("fra") == "https://api-fra.livechatinc.com/v3.6/customer"


def test_too_many_requests_say_how_long_to_wait(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.settings(requests_per_second=0.01, request_burst=1)
    api.list_chats()
    with pytest.raises(TooManyRequests) as caught:
        api.list_chats()
    assert caught.value.retry_after == 1


@pytest.mark.parametrize("kind", ["malformed", "truncated", "reset_before", "reset_after", "down"])
def test_an_answer_that_cannot_be_read_is_of_unknown_outcome(
    api: ActingCustomer, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault(kind, transport="web")
    with pytest.raises(Unreachable):
        api.list_chats()


def test_a_server_error_may_be_tried_again(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.fault("error", transport="web", type="internal")
    with pytest.raises(Internal):
        api.list_chats()


def test_an_answer_without_the_id_it_owes_is_of_unknown_outcome(
    api: ActingCustomer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_act", lambda *_: {})
    with pytest.raises(Unreachable):
        api.start_chat(HELLO)


def test_an_answer_too_large_is_not_read_to_its_end(
    api: ActingCustomer, chat: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST", 100)
    with pytest.raises(Unreachable):
        api.get_chat(chat[0])


def test_an_answer_too_slow_is_not_waited_for(
    api: ActingCustomer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (1, 0.2))
    sandbox.fault("latency", transport="web", seconds=1, when="after")
    with pytest.raises(Unreachable):
        api.list_chats()


@pytest.mark.parametrize("status", [200, 202, 400])
def test_an_error_counts_whatever_the_status(
    api: ActingCustomer, sandbox: Sandbox, status: int
) -> None:
    body = {"error": {"type": "chat_inactive", "message": "Chat is inactive"}}
    sandbox.fault("status", transport="web", status=status, body=body)
    with pytest.raises(ChatInactive):
        api.list_chats()


@pytest.mark.parametrize("status", [200, 202, 204])
def test_an_answer_without_a_body_is_a_success(organization: Organization, status: int) -> None:
    assert read(http.Answer(status, HTTPHeaderDict(), b""), organization) == {}


@pytest.mark.parametrize("status", [200, 202])
def test_a_body_that_cannot_be_read_is_no_success(organization: Organization, status: int) -> None:
    with pytest.raises(Unreachable):
        read(http.Answer(status, HTTPHeaderDict(), b"<html>"), organization)


def test_what_a_request_did_not_deliver_when_it_was_given_up_never_arrives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though it waits in the system's memory, as it would in a network that is cut."""
    monkeypatch.setattr(http, "TIMEOUT", (0.3, 0.3))
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Unreachable):
            http.request("POST", url, data=b"x" * MORE_THAN_FITS)
        stream, _address = server.accept()
        with stream:
            assert end_of(stream) == "given up"


def test_the_end_of_a_version_is_logged_once_a_day_and_kept(
    customer: Customer, organization: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    assert version_end("3.5") is None
    api = ActingCustomer(customer, dataclasses.replace(organization, version="3.5"))
    for _ in range(3):
        api.list_chats()
    end = version_end("3.5")
    assert end
    assert (end.version, end.stage) == ("3.5", "Legacy")
    assert [r.message for r in caplog.records if "3.5" in r.message] == [
        f"LiveChat's version 3.5: Legacy on {end.date}"
    ]


@pytest.mark.parametrize(
    ("token", "region"),
    [("fra:t5Zq", "fra"), ("fra-a:t5Zq", "fra"), ("dal:t5Zq", "dal"), ("t5Zq", "dal")],
)
def test_a_token_names_its_region(organization: Organization, token: str, region: str) -> None:
    assert organization.region_of(token) == region


def test_what_livechat_told_us_of_the_region_counts_more(organization: Organization) -> None:
    organization.move("fra")
    assert organization.region_of("dal:t5Zq") == "fra"


def test_who_has_a_token_asks_in_the_region_that_it_names(
    transactional_db: None, organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.settings(region="fra")
    newcomer, _token = Customer.objects.welcome("shop", organization)
    ActingCustomer(newcomer, organization).list_chats()
    asked = sandbox.control("requests?method=list_chats", method="GET")
    assert [each["status"] for each in asked] == [200]


@pytest.mark.parametrize("token", ["../..:x", "evil.example/:x", ":x", "x" * 9 + ":x"])
def test_a_token_of_another_form_names_no_region(organization: Organization, token: str) -> None:
    assert organization.region_of(token) == "dal"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example/cart?a=1", "https://shop.example"),
        ("http://shop.example:8080/", "http://shop.example:8080"),
        ("https://nora:secret@shop.example/", "https://shop.example"),
        ("javascript:alert(1)", ""),
        ("https://shop.example/\r\nX: 1", ""),
        ("https://[broken/", ""),
        ("", ""),
    ],
)
def test_a_page_has_the_origin_a_browser_would_send(
    organization: Organization, url: str, origin: str
) -> None:
    assert organization.on_page(url).page_origin == origin


# What needs no customer


def test_a_page_may_be_of_a_domain_that_livechat_does_not_trust(
    organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.settings(trusted_domains=["shop.example"])

    def is_allowed(url: str) -> bool:
        visited = OrganizationApi(organization.on_page(url))
        return visited.get_dynamic_configuration().is_domain_allowed

    assert is_allowed("https://www.shop.example/cart")
    assert not is_allowed("https://evil.example/")


def test_availability_is_known_before_anybody_has_written(organization: Organization) -> None:
    assert OrganizationApi(organization).get_dynamic_configuration().is_online


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_availability_is_known_in_every_version(
    organization: Organization, version: str, sandbox: Sandbox
) -> None:
    dated = OrganizationApi(dataclasses.replace(organization, version=version))
    assert dated.get_dynamic_configuration().is_online
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    assert not dated.get_dynamic_configuration().is_online


def test_an_unknown_organization_has_no_availability(organization: Organization) -> None:
    nowhere = dataclasses.replace(
        organization, organization_id="00000000-0000-0000-0000-000000000000"
    )
    with pytest.raises(LicenseNotFound):
        OrganizationApi(nowhere).get_dynamic_configuration()


def test_forms_are_known_by_their_version(organization: Organization) -> None:
    nobody = OrganizationApi(organization)
    version = nobody.get_dynamic_configuration().config_version
    configuration = nobody.get_configuration(version)
    assert configuration.prechat_form is None or configuration.prechat_form.fields


def test_the_customer_is_described(api: ActingCustomer) -> None:
    api.update_customer(name="Nora", email="nora@shop.example")
    nora = api.get_customer()
    assert (nora.type, nora.name, nora.email) == ("customer", "Nora", "nora@shop.example")
