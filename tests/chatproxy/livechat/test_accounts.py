"""The cookie grant against a LiveChat: who gets an identity, keeps it, and loses it."""

from __future__ import annotations

import dataclasses
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.utils import timezone
from urllib3 import HTTPHeaderDict

from chatproxy.acting import ActingCustomer
from chatproxy.livechat import accounts, http
from chatproxy.livechat.accounts import Identity
from chatproxy.livechat.errors import (
    CustomerBanned,
    GrantRefused,
    IdentityLost,
    LicenseExpired,
    NotConnected,
    ServiceUnavailable,
    TokenRejected,
    TooManyRequests,
    Unreachable,
)
from chatproxy.livechat.organization import Organization
from chatproxy.models import Customer
from tests.sandbox_rig import Agent, Sandbox, free_port


def token_info(sandbox: Sandbox, token: str) -> requests.Response:
    return sandbox.http.get(f"{sandbox.url}/v2/customer/info", params={"code": token}, timeout=30)


def test_a_new_browser_becomes_a_new_customer(organization: Organization) -> None:
    first = accounts.exchange(organization, None)
    second = accounts.exchange(organization, None)
    assert first.entity_id != second.entity_id
    assert first.identity.cid == first.entity_id
    assert first.expires_in == 28_800


def test_cookies_are_read_whatever_attributes_they_have() -> None:
    headers = HTTPHeaderDict()
    for name in ("__lc_cid", "__lc_cst"):
        headers.add("Set-Cookie", f"{name}=c0ffee; Path=/; Secure; Partitioned; Of-Tomorrow")
    answer = http.Answer(200, headers, b"")
    assert accounts._identity(answer) == Identity("c0ffee", "c0ffee")


@pytest.mark.parametrize("said", [3600, 3600.0])
def test_a_lifetime_is_read(said: float) -> None:
    assert accounts.lifetime_in({"expires_in": said}) == 3600


@pytest.mark.parametrize("said", [float("inf"), float("nan"), -1, 0, 10**400, "9" * 5000, None, []])
def test_a_lifetime_that_cannot_be_is_the_usual_one(said: Any) -> None:
    assert accounts.lifetime_in({"expires_in": said}) == accounts.LIFETIME


def test_who_brings_both_cookies_is_the_same_customer_with_another_token(
    organization: Organization,
) -> None:
    first = accounts.exchange(organization, None)
    second = accounts.exchange(organization, first.identity)
    assert second.entity_id == first.entity_id
    assert second.access_token != first.access_token


def test_a_wrong_secret_makes_another_customer(organization: Organization) -> None:
    first = accounts.exchange(organization, None)
    second = accounts.exchange(organization, Identity(first.identity.cid, "guessed"))
    assert second.entity_id != first.entity_id


def test_each_group_has_an_identity_of_its_own(group: Organization) -> None:
    other_group = dataclasses.replace(group, group_id=2)
    assert "1/token" in accounts._token_url(group)
    assert (
        accounts.exchange(group, None).entity_id != accounts.exchange(other_group, None).entity_id
    )


def test_a_revoked_token_is_worth_nothing(organization: Organization, sandbox: Sandbox) -> None:
    grant = accounts.exchange(organization, None)
    assert token_info(sandbox, grant.access_token).ok
    accounts.revoke(organization.service, grant.access_token)
    assert not token_info(sandbox, grant.access_token).ok


def test_a_token_that_may_live_on_is_told(organization: Organization, sandbox: Sandbox) -> None:
    grant = accounts.exchange(organization, None)
    sandbox.fault("status", status=503, method="revoke", count=1)
    with pytest.raises(Unreachable):
        accounts.revoke(organization.service, grant.access_token)
    assert token_info(sandbox, grant.access_token).ok


def test_a_token_that_is_worthless_already_is_no_failure(organization: Organization) -> None:
    grant = accounts.exchange(organization, None)
    for _ in range(2):
        accounts.revoke(organization.service, grant.access_token)


def test_an_unknown_client_id_is_the_owners_to_mend(organization: Organization) -> None:
    with pytest.raises(GrantRefused) as caught:
        accounts.exchange(dataclasses.replace(organization, client_id="f" * 32), None)
    assert caught.value.reason == "unauthorized_client"
    assert caught.value.detail == "client_id_not_found"


def test_an_unregistered_redirect_uri_is_the_owners_to_mend(
    organization: Organization, sandbox: Sandbox
) -> None:
    strict = dataclasses.replace(
        organization, client_id=sandbox.config["strict_client"]["client_id"]
    )
    with pytest.raises(GrantRefused) as caught:
        accounts.exchange(strict, None)
    assert caught.value.detail == "invalid_redirect_uri"


def test_an_unknown_organization_is_the_owners_to_mend(organization: Organization) -> None:
    nowhere = dataclasses.replace(
        organization, organization_id="0" * 8 + "-0000-0000-0000-" + "0" * 12
    )
    with pytest.raises(GrantRefused):
        accounts.exchange(nowhere, None)


def test_a_banned_customer_gets_no_token(organization: Organization, agent: Agent) -> None:
    grant = accounts.exchange(organization, None)
    agent.ban(grant.entity_id)
    with pytest.raises(CustomerBanned):
        accounts.exchange(organization, grant.identity)


def test_a_lost_identity_is_told_apart(organization: Organization, sandbox: Sandbox) -> None:
    body = '{"identity_exception": "identity_lost"}'
    sandbox.fault("status", transport="accounts", status=401, body=body)
    with pytest.raises(IdentityLost):
        accounts.exchange(organization, None)


@pytest.mark.parametrize("kind", ["internal", "service_unavailable"])
def test_a_passing_trouble_of_accounts_may_be_tried_again(
    organization: Organization, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault("error", transport="accounts", type=kind)
    with pytest.raises(ServiceUnavailable):
        accounts.exchange(organization, None)


TOO_MANY = {"error": {"type": "too_many_requests", "message": "Too many requests"}}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, ""),
        (429, "<h1>Slow down</h1>"),
        (429, TOO_MANY),
        (200, TOO_MANY),
        (429, {"oauth_exception": "too_many_requests"}),
        (401, {"oauth_exception": "too_many_requests"}),
    ],
)
def test_too_many_grants_say_how_long_to_wait(
    organization: Organization, sandbox: Sandbox, status: int, body: object
) -> None:
    sandbox.fault("status", transport="accounts", status=status, body=body, retry_after=7)
    with pytest.raises(TooManyRequests) as caught:
        accounts.exchange(organization, None)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("status", [200, 402])
def test_an_error_object_of_accounts_is_read(
    organization: Organization, sandbox: Sandbox, status: int
) -> None:
    body = {"error": {"type": "license_expired", "message": "License expired"}}
    sandbox.fault("status", transport="accounts", status=status, body=body)
    with pytest.raises(LicenseExpired):
        accounts.exchange(organization, None)


@pytest.mark.parametrize("kind", ["malformed", "truncated", "reset_before", "reset_after", "down"])
def test_an_unreadable_answer_is_no_refusal(
    organization: Organization, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault(kind, transport="accounts")
    with pytest.raises(Unreachable):
        accounts.exchange(organization, None)


def test_where_nobody_listens_nothing_happened(organization: Organization, settings: Any) -> None:
    settings.LIVECHAT_ACCOUNTS_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotConnected):
        accounts.exchange(organization, None)


def test_a_grant_does_not_show_its_secrets(organization: Organization) -> None:
    grant = accounts.exchange(organization, None)
    for secret in (grant.access_token, grant.identity.cst):
        assert secret not in f"{grant!r} {grant}"


def test_welcoming_stores_who_it_is_and_gives_a_bearer_token(
    transactional_db: None, organization: Organization
) -> None:
    customer, token = Customer.objects.welcome("shop", organization)
    assert Customer.objects.find("shop", token) == customer
    assert customer.entity_id


def test_a_bearer_token_is_worth_nothing_under_another_widget(
    transactional_db: None, organization: Organization
) -> None:
    _customer, token = Customer.objects.welcome("shop", organization)
    assert Customer.objects.find("another", token) is None


def test_a_refused_grant_stores_nobody(
    transactional_db: None, organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.fault("down", transport="accounts")
    with pytest.raises(Unreachable):
        Customer.objects.welcome("shop", organization)
    assert not Customer.objects.exists()


def test_a_fresh_token_is_used_as_it_is(customer: Customer, organization: Organization) -> None:
    assert customer.fresh_token(organization) == customer.access_token


def test_a_token_is_renewed_an_hour_ahead(customer: Customer) -> None:
    left = (customer.fresh_until - timezone.now()).total_seconds()
    assert 28_800 - 3_600 - 60 < left <= 28_800 - 3_600


def test_a_token_that_is_no_longer_fresh_is_renewed_for_the_same_customer(
    customer: Customer, organization: Organization
) -> None:
    before, who = customer.access_token, customer.entity_id
    customer.fresh_until = timezone.now()
    customer.save()
    assert customer.fresh_token(organization) != before
    assert customer.entity_id == who
    assert Customer.objects.get().access_token == customer.access_token


def test_a_token_livechat_refuses_is_renewed_and_the_call_repeated(
    api: ActingCustomer, sandbox: Sandbox
) -> None:
    before = api.customer.access_token
    sandbox.fault("token_expired")
    assert api.list_chats() == []
    assert api.customer.access_token != before


def test_a_second_refusal_is_final(api: ActingCustomer, sandbox: Sandbox) -> None:
    sandbox.fault("error", transport="web", type="authentication")
    with pytest.raises(TokenRejected):
        api.list_chats()


def test_of_many_who_ask_at_once_one_asks_livechat(
    customer: Customer, organization: Organization, sandbox: Sandbox
) -> None:
    """An exchange takes a while, so that all of them are waiting for it."""
    sandbox.fault("latency", transport="accounts", seconds=0.3, when="before")
    refused = customer.access_token
    askers = [Customer.objects.get(pk=customer.pk) for _ in range(6)]

    def ask(asker: Customer) -> str:
        return asker.renew_token(organization, instead_of=refused)

    with ThreadPoolExecutor(len(askers)) as threads:
        tokens = set(threads.map(ask, askers))
    assert len(tokens) == 1
    assert tokens != {refused}


def test_another_entity_takes_no_chat_along(customer: Customer, organization: Organization) -> None:
    customer.remember_chat("SK7Q2M4XAA")
    customer.accept(accounts.exchange(organization, None))
    assert customer.chat_id == ""


def test_a_customer_livechat_has_forgotten_begins_again(
    customer: Customer, organization: Organization, sandbox: Sandbox
) -> None:
    who = customer.entity_id
    body = '{"identity_exception": "identity_lost"}'
    sandbox.fault("status", transport="accounts", status=401, body=body, count=1)
    customer.renew_token(organization, instead_of=customer.access_token)
    assert customer.entity_id != who


def test_forgetting_erases_the_customer_and_revokes_the_token(
    customer: Customer, sandbox: Sandbox
) -> None:
    token = customer.access_token
    customer.forget()
    assert not Customer.objects.exists()
    assert not token_info(sandbox, token).ok


def test_forgetting_does_not_depend_on_livechat(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.fault("down")
    customer.forget()
    assert not Customer.objects.exists()


def test_an_erased_customer_is_not_stored_anew_by_a_token_on_its_way(
    customer: Customer, organization: Organization
) -> None:
    elsewhere = Customer.objects.get(pk=customer.pk)
    customer.forget()
    with pytest.raises(IdentityLost):
        elsewhere.renew_token(organization, instead_of=elsewhere.access_token)
    assert not Customer.objects.exists()


def test_nothing_secret_is_logged(
    transactional_db: None, organization: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        customer, token = Customer.objects.welcome("shop", organization)
        ActingCustomer(customer, organization).list_chats()
        customer.forget()
    for secret in (token, customer.access_token, customer.cst):
        assert secret not in caplog.text


def test_a_signed_in_person_is_one_customer_on_two_devices(
    transactional_db: None, organization: Organization
) -> None:
    phone, on_phone = Customer.objects.welcome_signed_in("shop", organization, "user-42")
    laptop, on_laptop = Customer.objects.welcome_signed_in("shop", organization, "user-42")
    assert phone == laptop
    assert on_phone != on_laptop
    assert Customer.objects.find("shop", on_phone) == Customer.objects.find("shop", on_laptop)


def test_devices_that_come_at_once_become_one_customer(
    transactional_db: None, organization: Organization, sandbox: Sandbox
) -> None:
    sandbox.fault("latency", transport="accounts", seconds=0.3, when="before")

    def come(_device: int) -> int:
        return int(Customer.objects.welcome_signed_in("shop", organization, "user-42")[0].pk)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(come, range(4)))) == 1


def test_a_signed_in_person_is_somebody_else_under_another_widget(
    transactional_db: None, organization: Organization
) -> None:
    here, _token = Customer.objects.welcome_signed_in("shop", organization, "user-42")
    there, _token = Customer.objects.welcome_signed_in("library", organization, "user-42")
    assert here.entity_id != there.entity_id


def test_leaving_one_device_leaves_the_others_in(
    transactional_db: None, organization: Organization
) -> None:
    customer, on_phone = Customer.objects.welcome_signed_in("shop", organization, "user-42")
    _same, on_laptop = Customer.objects.welcome_signed_in("shop", organization, "user-42")
    customer.leave(on_phone)
    assert Customer.objects.find("shop", on_phone) is None
    assert Customer.objects.find("shop", on_laptop) == customer


def test_who_leaves_without_being_signed_in_is_forgotten(
    transactional_db: None, organization: Organization
) -> None:
    customer, token = Customer.objects.welcome("shop", organization)
    customer.leave(token)
    assert not Customer.objects.exists()
