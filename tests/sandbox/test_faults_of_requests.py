"""What goes wrong with requests, the accounts service and files on request."""

import json
import time

import pytest
import requests

from tests.sandbox.clients import Connect, Customer, Failed, Rtm, message
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Refused, Sandbox


def test_latency_delays_an_answer(customer: Customer) -> None:
    customer.sandbox.fault("latency", seconds=0.2, jitter=0.05)
    begun = time.monotonic()
    customer.call("list_chats")
    assert time.monotonic() - begun >= 0.15


def test_a_request_that_takes_too_long_has_timed_out(customer: Customer) -> None:
    customer.sandbox.settings(request_time=0.1)
    chat_id, _ = customer.start()
    customer.sandbox.fault("latency", seconds=9, count=1)
    with pytest.raises(Refused, match="request_timeout"):
        customer.send(chat_id, "never")
    customer.sandbox.fault("latency", seconds=9, count=1, when="after")
    with pytest.raises(Refused, match="request_timeout"):
        customer.send(chat_id, "yet it moved")
    assert [event["text"] for event in customer.thread(chat_id)["events"]] == ["yet it moved"]


@pytest.mark.parametrize("error_type", ["internal", "service_unavailable", "too_many_requests"])
def test_any_error_can_be_asked_for(customer: Customer, rtm: Rtm, error_type: str) -> None:
    customer.sandbox.fault("error", type=error_type, message="on demand")
    with pytest.raises(Refused) as refused:
        customer.call("list_chats")
    assert (refused.value.type, refused.value.message) == (error_type, "on demand")
    with pytest.raises(Failed) as failed:
        rtm.call("list_chats")
    assert failed.value.type == error_type


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_bare_status_has_the_body_it_is_given(customer: Customer, status: int) -> None:
    customer.sandbox.fault("status", status=status, retry_after=7, count=1)
    response = customer.request("list_chats", {})
    assert (response.status_code, response.text) == (status, "")
    assert response.headers["Retry-After"] == "7"
    customer.sandbox.fault("status", status=status, body="<h1>Bad gateway</h1>", count=1)
    assert customer.request("list_chats", {}).text == "<h1>Bad gateway</h1>"


def test_malformed_json_can_be_asked_for(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("malformed")
    assert customer.request("list_chats", {}).text.startswith("<html>")
    rtm.ask("list_chats")
    with pytest.raises(json.JSONDecodeError):
        rtm.receive()


def test_a_truncated_answer_ends_in_the_middle(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        customer.request("list_chats", {})
    rtm.ask("list_chats")
    with pytest.raises(json.JSONDecodeError):
        rtm.receive()


@pytest.mark.parametrize(("kind", "takes_effect"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_comes_before_or_after_the_effect(
    customer: Customer, kind: str, takes_effect: int
) -> None:
    chat_id, _ = customer.start()
    customer.sandbox.fault(kind, method="send_event", count=1)
    with pytest.raises(requests.ConnectionError):
        customer.send(chat_id, "lost?")
    assert len(customer.thread(chat_id)["events"]) == takes_effect


@pytest.mark.parametrize(("kind", "takes_effect"), [("reset_before", 0), ("reset_after", 1)])
def test_a_connection_is_reset_before_or_after_the_effect(
    customer: Customer, rtm: Rtm, kind: str, takes_effect: int
) -> None:
    chat_id, _ = customer.start()
    rtm.forget()
    customer.sandbox.fault(kind, transport="rtm", method="send_event")
    rtm.ask("send_event", {"chat_id": chat_id, "event": message("lost?")})
    assert rtm.is_gone()
    assert len(customer.thread(chat_id)["events"]) == takes_effect


def test_the_wrong_region_can_be_asked_for(customer: Customer, connect: Connect) -> None:
    customer.sandbox.fault("wrong_region", region="fra")
    with pytest.raises(Refused) as refused:
        customer.call("list_chats")
    assert (refused.value.type, refused.value.data) == ("misdirected_request", {"region": "fra"})
    told = connect().farewell()
    assert told == {"reason": "misdirected_connection", "data": {"region": "fra"}}


def test_the_accounts_service_fails_in_its_own_words(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", transport="accounts")
    response = customer.grant()
    assert response.status_code == 500
    assert response.json()["oauth_exception"] == "server_error"
    assert customer.call("list_chats")["total_chats"] == 0


@pytest.mark.parametrize(
    ("side", "http", "path", "method"),
    [
        ("customer", "POST", "v2/customer/token", "token"),
        ("customer", "DELETE", "v2/customer/token", "revoke"),
        ("customer", "GET", "v2/customer/info", "info"),
        ("customer", "POST", "v2/customer/identity_transfer", "identity_transfer"),
        ("agent", "POST", "v2/token", "token"),
        ("agent", "DELETE", "v2/token", "revoke"),
        ("agent", "GET", "v2/info", "info"),
        ("agent", "POST", "register", "register"),
    ],
)
def test_every_request_of_the_accounts_service_meets_faults_under_its_name(
    sandbox: Sandbox, side: str, http: str, path: str, method: str
) -> None:
    sandbox.fault("error", type="internal", transport="accounts", side=side, method=method)
    response = requests.request(http, f"{sandbox.url}/{path}", timeout=REQUEST_LIMIT)
    assert response.status_code == 500
    assert response.json()["oauth_exception"] == "server_error"
    [noted] = sandbox.control(f"requests?side={side}", method="GET")
    assert (noted["method"], noted["status"]) == (method, 500)


def test_a_customers_other_tokens_meet_no_fault_meant_for_one(
    customer: Customer, stranger: Customer
) -> None:
    sandbox = customer.sandbox
    sandbox.fault("error", type="internal", customer=customer.id, method="info")

    def info(who: Customer) -> int:
        headers = {"Authorization": who.authorization}
        return requests.get(
            f"{sandbox.url}/v2/customer/info", headers=headers, timeout=REQUEST_LIMIT
        ).status_code

    assert (info(customer), info(stranger)) == (500, 200)


def test_files_and_assistants_find_nobody_while_the_service_is_down(
    customer: Customer, agent: Agent
) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault("down")
    headers = {"Authorization": agent.authorization}
    asked = [
        requests.get(file, timeout=REQUEST_LIMIT),
        requests.post(f"{customer.sandbox.url}/mcp", timeout=REQUEST_LIMIT),
    ]
    asked.append(
        requests.post(f"{customer.sandbox.url}/mcp", headers=headers, timeout=REQUEST_LIMIT)
    )
    assert [each.status_code for each in asked] == [503, 503, 503]


def test_latency_delays_a_file(customer: Customer) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault("latency", seconds=0.2)
    begun = time.monotonic()
    assert requests.get(file, timeout=REQUEST_LIMIT).content == b"content"
    assert time.monotonic() - begun >= 0.2


def test_an_error_comes_instead_of_a_file(customer: Customer) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault("error", type="too_many_requests")
    response = requests.get(file, timeout=REQUEST_LIMIT)
    assert (response.status_code, response.json()["error"]["type"]) == (429, "too_many_requests")


def test_a_bare_status_comes_instead_of_a_file(customer: Customer) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault("status", status=502, body="<h1>Bad gateway</h1>")
    response = requests.get(file, timeout=REQUEST_LIMIT)
    assert (response.status_code, response.text) == (502, "<h1>Bad gateway</h1>")


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_download_is_reset(customer: Customer, kind: str) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault(kind)
    with pytest.raises(requests.ConnectionError):
        requests.get(file, timeout=REQUEST_LIMIT)


def test_half_a_file_arrives(customer: Customer) -> None:
    file = customer.upload("picture.png", bytes(range(256)))
    customer.sandbox.fault("truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(file, timeout=REQUEST_LIMIT)


def test_a_file_arrives_as_something_else(customer: Customer) -> None:
    file = customer.upload("picture.png", bytes(range(256)))
    customer.sandbox.fault("malformed")
    assert requests.get(file, timeout=REQUEST_LIMIT).content.startswith(b"<html>")


def test_a_fault_meets_files_alone(customer: Customer) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault("status", status=404, transport="files")
    assert requests.get(file, timeout=REQUEST_LIMIT).status_code == 404
    assert customer.upload("note.txt", b"content")


def test_a_fault_of_the_apis_leaves_files_alone(customer: Customer) -> None:
    file = customer.upload("note.txt", b"content")
    customer.sandbox.fault("status", status=503, transport="web")
    assert requests.get(file, timeout=REQUEST_LIMIT).status_code == 200


@pytest.mark.parametrize(("kind", "takes_effect"), [("reset_before", False), ("reset_after", True)])
def test_an_upload_is_reset_before_or_after_the_effect(
    customer: Customer, kind: str, takes_effect: bool
) -> None:
    customer.sandbox.fault(kind, method="upload_file", count=1)
    with pytest.raises(requests.ConnectionError):
        customer.upload("note.txt", b"content")
    organizations = customer.sandbox.control("state", method="GET")["organizations"]
    assert bool(organizations[customer.token["organization_id"]]["files"]) == takes_effect


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("?response_type=code", "consent"),
        (".well-known/oauth-protected-resource", "metadata"),
        (".well-known/oauth-authorization-server", "metadata"),
    ],
)
def test_an_app_that_signs_in_meets_faults_at_every_step(
    sandbox: Sandbox, path: str, method: str
) -> None:
    sandbox.fault("status", status=502, side="agent", method=method)
    assert requests.get(f"{sandbox.url}/{path}", timeout=REQUEST_LIMIT).status_code == 502
