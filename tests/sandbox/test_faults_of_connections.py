"""What goes wrong with connections, tokens and pushes on request."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from tests.sandbox.clients import Connect, Customer, Rtm
from tests.sandbox_rig import REQUEST_LIMIT, Refused, Sandbox


def push(rtm: Rtm, customer: Customer, *names: str) -> list[str]:
    """Rename the customer several times over the Web; which renamings arrived, in order."""
    for name in names:
        customer.call("update_customer", name=name)
    return [told["name"] for told in rtm.of("customer_updated")]


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


# By day our own client hears each of them: tests/chatproxy/livechat/test_rtm.py.
@pytest.mark.parametrize(
    "reason",
    [
        "customer_banned",
        *(
            pytest.param(each, marks=pytest.mark.night)
            for each in (
                "access_token_expired",
                "connection_evicted",
                "connection_timeout",
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
            )
        ),
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


def test_a_push_can_be_lost(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_lost", method="customer_updated", count=1)
    assert push(rtm, customer, "a", "b") == ["b"]


def test_a_push_can_come_twice(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_doubled", count=1)
    assert push(rtm, customer, "a", "b") == ["a", "a", "b"]


def test_a_push_can_be_overtaken(customer: Customer, rtm: Rtm) -> None:
    customer.sandbox.fault("push_reordered", count=1)
    assert push(rtm, customer, "a", "b", "c") == ["b", "a", "c"]


@pytest.mark.night  # rare
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
