"""Faults: each kind does what it says, to the clients it names, as often as it says."""

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus

from livechat_sandbox.world.faults import KINDS
from tests.sandbox.clients import Customer, Failed, Rtm, message
from tests.sandbox_rig import REQUEST_LIMIT, ROOT, Agent, Payload, Refused, Sandbox

Connect = Callable[..., Rtm]


def push(rtm: Rtm, customer: Customer, *names: str) -> list[str]:
    """Rename the customer several times over the Web; which renamings arrived, in order."""
    for name in names:
        customer.call("update_customer", name=name)
    return [told["name"] for told in rtm.of("customer_updated")]


# --- requests ---------------------------------------------------------------------------------


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


def test_the_whole_service_is_down_for_a_while(
    customer: Customer, agent: Agent, rtm: Rtm, connect: Connect
) -> None:
    customer.sandbox.fault("down", duration=60)
    assert rtm.is_gone()
    assert customer.request("list_chats", {}).status_code == 503
    assert customer.grant().status_code == 503
    with pytest.raises(InvalidStatus):
        connect()
    customer.sandbox.advance(61)
    assert customer.call("list_chats")["total_chats"] == 0
    assert customer.connect().call("ping") == {}


# --- scope ------------------------------------------------------------------------------------


def test_a_fault_meets_one_method(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", method="get_customer")
    customer.call("list_chats")
    with pytest.raises(Refused):
        customer.call("get_customer")


def test_a_fault_meets_one_customer(customer: Customer, stranger: Customer) -> None:
    customer.sandbox.fault("error", type="internal", customer=stranger.id)
    customer.call("list_chats")
    with pytest.raises(Refused):
        stranger.call("list_chats")


def test_a_fault_meets_one_transport(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("error", type="internal", transport="rtm")
    customer.call("list_chats")
    with pytest.raises(Failed):
        rtm.call("list_chats")


def test_a_fault_leaves_agents_alone_unless_told_otherwise(
    customer: Customer, agent: Agent
) -> None:
    customer.sandbox.fault("error", type="internal")
    assert agent.chats() == []
    customer.sandbox.fault("error", type="internal", side="agent")
    with pytest.raises(Refused):
        agent.chats()


def test_a_fault_is_counted(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", count=2)
    statuses = [customer.request("list_chats", {}).status_code for _ in range(4)]
    assert statuses == [500, 500, 200, 200]
    assert customer.sandbox.control("faults", method="GET") == {"faults": []}


def test_a_fault_ends(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal", duration=10)
    assert customer.request("list_chats", {}).status_code == 500
    customer.sandbox.advance(11)
    assert customer.request("list_chats", {}).status_code == 200


def test_a_share_of_requests_is_met_and_the_same_seed_meets_the_same(sandbox: Sandbox) -> None:
    def statuses() -> list[int]:
        sandbox.reset(seed="share")
        sandbox.settings(requests_per_second=None)
        customer = Customer(sandbox)
        sandbox.fault("error", type="internal", share=0.5)
        return [customer.request("list_chats", {}).status_code for _ in range(40)]

    met = statuses()
    assert 8 < met.count(500) < 32
    assert statuses() == met


def test_faults_are_cleared(customer: Customer) -> None:
    customer.sandbox.fault("error", type="internal")
    customer.sandbox.clear_faults()
    assert customer.request("list_chats", {}).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "meteor"},
        {},
        {"kind": "error"},
        {"kind": "error", "type": "nonsense"},
        {"kind": "latency", "seconds": "1"},
        {"kind": "drop", "seconds": 1},
        {"kind": "status", "status": 200},
        {"kind": "malformed", "methods": "list_chats"},
        {"kind": "token_expired", "when": "login"},
        {"kind": "token_revoked", "method": "list_chats"},
        {"kind": "latency", "seconds": 1, "transport": "mcp"},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(sandbox: Sandbox, wish: Payload) -> None:
    good = {"kind": "malformed"}
    response = sandbox.http.post(
        f"{sandbox.url}/sandbox/faults", json=[good, wish], timeout=REQUEST_LIMIT
    )
    assert response.status_code == 400
    assert sandbox.control("faults", method="GET") == {"faults": []}


# --- connections ------------------------------------------------------------------------------


def test_a_dropped_connection_says_nothing(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("drop")
    assert rtm.is_gone()


def test_only_the_customers_connections_are_dropped(
    customer: Customer, stranger: Customer, rtm: Rtm
) -> None:
    customer.sandbox.fault("drop", customer=stranger.id)
    assert rtm.call("ping") == {}


def test_a_connection_can_be_dropped_as_soon_as_it_logs_in(customer: Customer) -> None:
    customer.sandbox.fault("drop", when="login", count=1)
    with pytest.raises(ConnectionClosed):
        customer.connect()
    assert customer.connect().call("ping") == {}


def test_a_silent_connection_neither_answers_nor_ends(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("silent")
    rtm.ask("ping")
    with pytest.raises(TimeoutError):
        rtm.socket.recv(0.3)
    assert rtm.socket.close_code is None


def test_a_slow_connection_takes_its_time_for_every_frame(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("slow", seconds=0.1)
    begun = time.monotonic()
    asked = [rtm.ask("ping") for _ in range(3)]
    rtm.response_to(asked[-1])
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(
    "reason",
    [
        "access_token_expired",
        "connection_evicted",
        "connection_timeout",
        "customer_banned",
        "customer_temporarily_blocked",
        "inactivity_timeout",
        "internal_error",
        "license_expired",
        "license_not_found",
        "logged_out_remotely",
        "product_version_changed",
        "service_temporarily_unavailable",
        "too_many_connections",
        "too_many_unauthorized_connections",
        "unsupported_version",
    ],
)
def test_every_reason_to_disconnect_can_be_asked_for(
    customer: Customer, rtm: Rtm, reason: str
) -> None:
    customer.sandbox.fault("disconnect", reason=reason, data={"timeout": 5})
    assert rtm.farewell() == {"reason": reason, "data": {"timeout": 5}}


def test_new_connections_can_be_sent_away(customer: Customer, connect: Connect) -> None:
    reason = "service_temporarily_unavailable"
    customer.sandbox.fault("disconnect", reason=reason, when="connect", count=1)
    assert connect().farewell() == {"reason": reason}
    assert connect().call("ping") == {}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("token_expired", "access_token_expired"), ("token_revoked", "access_token_revoked")],
)
def test_a_token_ends_early(customer: Customer, rtm: Rtm, kind: str, reason: str) -> None:
    customer.sandbox.fault(kind, customer=customer.id)
    assert rtm.farewell() == {"reason": reason}
    with pytest.raises(Refused, match="authentication"):
        customer.call("list_chats")
    assert customer.renew()["entity_id"]
    customer.call("list_chats")


def lives(token: str, sandbox: Sandbox, path: str = "v2/customer/info") -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{sandbox.url}/{path}", headers=headers, timeout=REQUEST_LIMIT).ok


def test_as_many_tokens_end_as_are_asked_for(sandbox: Sandbox) -> None:
    tokens = [Customer(sandbox).token["access_token"] for _ in range(3)]
    sandbox.fault("token_revoked", count=2)
    assert [lives(each, sandbox) for each in tokens] == [False, False, True]


def test_a_share_of_the_tokens_ends(sandbox: Sandbox) -> None:
    token = Customer(sandbox).token["access_token"]
    sandbox.fault("token_expired", share=0.0)
    assert lives(token, sandbox)


def app_token(sandbox: Sandbox) -> str:
    """What an app is given that an agent allows by the implicit grant."""
    wish = {
        "response_type": "token",
        "client_id": sandbox.config["client_id"],
        "redirect_uri": "https://app.example/",
        "agent": "piotr@shop.example",
    }
    response = requests.post(
        f"{sandbox.url}/sandbox/consent", data=wish, allow_redirects=False, timeout=REQUEST_LIMIT
    )
    [token] = parse_qs(urlsplit(response.headers["Location"]).fragment)["access_token"]
    return token


@pytest.mark.parametrize(
    ("side", "of_customer", "of_app"),
    [("customer", False, True), ("agent", True, False), ("any", False, False)],
)
def test_tokens_of_one_side_end(
    customer: Customer, side: str, of_customer: bool, of_app: bool
) -> None:
    sandbox = customer.sandbox
    app = app_token(sandbox)
    sandbox.fault("token_expired", side=side)
    assert lives(customer.token["access_token"], sandbox) is of_customer
    assert lives(app, sandbox, "v2/info") is of_app


# --- pushes -----------------------------------------------------------------------------------


def test_a_push_can_be_lost(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_lost", method="customer_updated", count=1)
    assert push(rtm, customer, "a", "b") == ["b"]


def test_a_push_can_come_twice(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_doubled", count=1)
    assert push(rtm, customer, "a", "b") == ["a", "a", "b"]


def test_a_push_can_be_overtaken(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_reordered", count=1)
    assert push(rtm, customer, "a", "b", "c") == ["b", "a", "c"]


def test_a_push_that_nothing_overtakes_comes_late(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_reordered", count=1)
    assert push(rtm, customer, "a") == []
    assert rtm.next("customer_updated")["name"] == "a"


def test_a_push_can_be_delayed(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_delayed", seconds=2, count=1)
    assert push(rtm, customer, "a", "b") == ["b"]
    assert rtm.next("customer_updated")["name"] == "a"


def test_other_pushes_are_left_alone(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_lost", method="incoming_event")
    assert push(rtm, customer, "a", "b") == ["a", "b"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_documented(kind: str) -> None:
    assert f'`{{"kind": "{kind}"' in (ROOT / "docs" / "sandbox.md").read_text()
