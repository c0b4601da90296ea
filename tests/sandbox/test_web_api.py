"""The Customer Chat Web API: addresses, tokens, versions and limits of every request."""

import pytest
import requests
from urllib3 import encode_multipart_formdata

from tests.sandbox.clients import Customer, refused
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload


def test_an_organization_is_required(customer: Customer) -> None:
    response = customer.sandbox.http.post(
        f"{customer.sandbox.url}/v3.6/customer/action/list_chats",
        headers={"Authorization": customer.authorization},
        timeout=REQUEST_LIMIT,
    )
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "validation"


@pytest.mark.parametrize(
    ("query", "headers", "status", "error_type"),
    [
        ({"organization_id": "unknown"}, {}, 404, "license_not_found"),
        ({}, {"Authorization": "Bearer dal:wrong"}, 401, "authentication"),
        ({}, {"Authorization": ""}, 401, "authentication"),
        ({}, {"X-Region": "fra"}, 421, "misdirected_request"),
    ],
)
def test_a_wrong_address_or_token_is_refused(
    customer: Customer, query: Payload, headers: Payload, status: int, error_type: str
) -> None:
    response = customer.request("list_chats", {}, query=query, headers=headers)
    assert (response.status_code, response.json()["error"]["type"]) == (status, error_type)


def test_a_bad_token_is_refused_in_livechats_words(customer: Customer) -> None:
    response = customer.request("list_chats", {}, headers={"Authorization": "Bearer x"})
    assert response.json() == {
        "error": {"type": "authentication", "message": "Invalid access token"}
    }


def test_a_token_opens_its_own_organization_only(customer: Customer) -> None:
    other = customer.sandbox.config["other_organization"]["organization_id"]
    headers = {"X-Region": "fra"}
    response = customer.request("list_chats", {}, query={"organization_id": other}, headers=headers)
    assert response.json()["error"]["type"] == "authorization"


def test_an_agents_token_is_no_customers_token(customer: Customer, agent: Agent) -> None:
    response = customer.request("list_chats", {}, headers={"Authorization": agent.authorization})
    assert response.json()["error"]["type"] == "authentication"


def test_the_right_region_is_named(customer: Customer) -> None:
    customer.sandbox.settings(region="fra")
    response = customer.request("list_chats", {})
    assert response.json()["error"]["data"] == {"region": "fra"}
    assert customer.request("list_chats", {}, headers={"X-Region": "fra"}).status_code == 200


def test_the_version_may_come_in_a_header(customer: Customer) -> None:
    response = customer.sandbox.http.post(
        f"{customer.sandbox.url}/customer/action/list_chats",
        params={"organization_id": customer.token["organization_id"]},
        headers={"Authorization": customer.authorization, "X-API-Version": "3.7"},
        timeout=REQUEST_LIMIT,
    )
    assert response.json()["chats_info"] == []


def test_a_legacy_version_tells_its_end(customer: Customer) -> None:
    assert "Legacy" in customer.request("list_chats", {}, version="3.5").headers
    assert "Legacy" not in customer.request("list_chats", {}).headers


def test_an_unknown_version_is_refused(customer: Customer) -> None:
    response = customer.request("list_chats", {}, version="3.1")
    assert response.json()["error"]["type"] == "unsupported_version"


@pytest.mark.parametrize(
    ("action", "version"),
    [
        ("open_the_door", "3.6"),
        ("login", "3.6"),
        ("delete_event", "3.5"),
        ("request_welcome_message", "3.5"),
        ("get_predicted_agent", "3.7"),
    ],
)
def test_an_action_a_version_does_not_have_is_refused(
    customer: Customer, action: str, version: str
) -> None:
    response = customer.request(action, {}, version=version)
    assert response.json()["error"]["type"] == "validation"


def test_a_body_of_null_has_no_parameters(customer: Customer) -> None:
    url = f"{customer.sandbox.url}/v3.6/customer/action/get_customer"
    answer = customer.sandbox.http.post(
        url,
        params={"organization_id": customer.token["organization_id"]},
        data="null",
        headers={"Authorization": customer.authorization, "Content-Type": "application/json"},
        timeout=REQUEST_LIMIT,
    )
    assert answer.json()["id"] == customer.id


def test_a_file_may_come_in_chunks(customer: Customer) -> None:
    body, kind = encode_multipart_formdata({"file": ("list.txt", b"Two teapots", "text/plain")})
    answer = customer.sandbox.http.post(
        f"{customer.sandbox.url}/v3.6/customer/action/upload_file",
        params={"organization_id": customer.token["organization_id"]},
        data=iter([body[:20], body[20:]]),
        headers={"Authorization": customer.authorization, "Content-Type": kind},
        timeout=REQUEST_LIMIT,
    )
    assert requests.get(answer.json()["url"], timeout=REQUEST_LIMIT).content == b"Two teapots"


def test_a_body_that_is_not_json_is_refused(customer: Customer) -> None:
    response = requests.post(
        f"{customer.sandbox.url}/v3.6/customer/action/list_chats",
        params={"organization_id": customer.token["organization_id"]},
        data="{",
        headers={"Authorization": customer.authorization},
        timeout=REQUEST_LIMIT,
    )
    assert response.json()["error"]["type"] == "validation"


def test_unknown_keys_are_ignored(customer: Customer) -> None:
    assert customer.call("list_chats", opts={})["total_chats"] == 0


def test_too_many_requests_are_refused_until_the_clock_moves_on(customer: Customer) -> None:
    customer.sandbox.settings(requests_per_second=0.1, request_burst=2)
    customer.call("list_chats")
    customer.call("list_chats")
    assert refused(customer, "list_chats") == (429, "too_many_requests")
    customer.sandbox.advance(10)
    customer.call("list_chats")


def test_an_expired_license_is_refused(customer: Customer) -> None:
    customer.sandbox.settings(expired=True)
    assert refused(customer, "list_chats") == (403, "license_expired")
