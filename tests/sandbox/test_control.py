"""The control door: forms and greetings of one's own, snapshots, and how fast it is."""

import json
from typing import Any

import pytest
import requests

from tests.sandbox.clients import Customer
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Sandbox

FIELDS = [
    {"id": "a", "type": "name", "label": "Who are you?", "required": True},
    {"type": "textarea", "label": "What can we do?", "required": False},
]
HELLO = {"type": "message", "text": "Our own hello"}


def form(customer: Customer, kind: str) -> Payload:
    answer: Payload = customer.call("get_form", group_id=0, type=kind)
    return answer


def test_a_form_of_ones_own(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": {"fields": FIELDS, "enabled": True}})
    shown = form(customer, "prechat")
    assert [field["label"] for field in shown["form"]["fields"]] == [
        "Who are you?",
        "What can we do?",
    ]
    assert all(field["id"] for field in shown["form"]["fields"])


def test_a_form_keeps_what_is_not_said_of_it(customer: Customer, sandbox: Sandbox) -> None:
    before = form(customer, "ticket")
    sandbox.settings(forms={"ticket": {"fields": FIELDS}})
    assert form(customer, "ticket")["enabled"] is before["enabled"]


def test_a_greeting_of_ones_own(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.settings(greetings={"7": {"event": HELLO, "enabled": True, "url_contains": "/sale"}})
    with customer.connect(
        customer_page={"url": "https://shop.example/sale", "title": "Sale"}
    ) as rtm:
        assert rtm.next("incoming_greeting")["event"]["text"] == "Our own hello"


def test_a_greeting_of_the_seed_in_other_words(customer: Customer, sandbox: Sandbox) -> None:
    sandbox.settings(greetings={"1": {"event": HELLO, "enabled": True, "delay": 0}})
    with customer.connect(customer_page={"url": "https://shop.example/", "title": "Shop"}) as rtm:
        assert rtm.next("incoming_greeting")["event"]["text"] == "Our own hello"


# --- snapshots -------------------------------------------------------------------------------


def taken(sandbox: Sandbox) -> Any:
    return sandbox.control("state", method="GET")


def put(sandbox: Sandbox, state: Any) -> requests.Response:
    return requests.put(
        f"{sandbox.url}/sandbox/state", data=json.dumps(state), timeout=REQUEST_LIMIT
    )


def test_a_snapshot_brings_everything_back(
    customer: Customer, agent: Agent, sandbox: Sandbox
) -> None:
    chat_id, _ = customer.start("before")
    customer.upload("note.txt", b"content")
    sandbox.settings(welcome_message="Kept", queue_limit=3)
    state = taken(sandbox)
    agent.send(chat_id, "after")
    sandbox.settings(welcome_message=None)
    assert put(sandbox, state).ok
    assert [event["text"] for event in customer.thread(chat_id)["events"]] == ["before"]
    assert sandbox.settings()["welcome_message"] == "Kept"
    assert sandbox.settings()["queue_limit"] == 3
    assert agent.send(chat_id, "again")


def test_what_follows_a_snapshot_repeats(customer: Customer, sandbox: Sandbox) -> None:
    state = taken(sandbox)
    first = customer.start("one")
    put(sandbox, state)
    assert customer.start("one") == first


def test_a_snapshot_is_the_same_after_it_was_put_back(
    customer: Customer, agent: Agent, sandbox: Sandbox
) -> None:
    chat_id, _ = customer.start("hello")
    agent.send(chat_id, "hi")
    customer.upload("note.txt", b"content")
    before = taken(sandbox)
    put(sandbox, before)
    assert without_counters(taken(sandbox)) == without_counters(before)


def without_counters(state: Any) -> Any:
    """A state without what counts how often a timer was set."""
    if isinstance(state, dict):
        return {
            name: without_counters(value)
            for name, value in state.items()
            if not name.endswith("_check")
        }
    return [without_counters(each) for each in state] if isinstance(state, list) else state


def test_it_goes_on_as_before_and_times_out(customer: Customer, sandbox: Sandbox) -> None:
    chat_id, _ = customer.start("hello")
    put(sandbox, taken(sandbox))
    sandbox.advance(1_801)
    assert customer.thread(chat_id)["active"] is False
    sandbox.advance(28_800)
    assert customer.request("list_chats", {}).status_code == 401


def test_whoever_was_online_leaves_after_the_grace(
    customer: Customer, agent: Agent, sandbox: Sandbox
) -> None:
    with customer.connect():
        chat_id, _ = customer.start("hello")
        state = taken(sandbox)
    put(sandbox, state)
    assert agent.chat(chat_id)["users"][0]["present"] is True
    sandbox.advance(11)
    assert agent.chat(chat_id)["users"][0]["present"] is False


def test_whoever_had_left_has_as_long_as_before_to_come_back(
    customer: Customer, sandbox: Sandbox
) -> None:
    with customer.connect():
        chat_id, _ = customer.start("hello")
    sandbox.advance(10 + 14 * 60)
    put(sandbox, taken(sandbox))
    sandbox.advance(61)
    assert customer.thread(chat_id)["active"] is False


def test_the_chat_of_somebody_who_never_connected_stays(
    customer: Customer, sandbox: Sandbox
) -> None:
    chat_id, _ = customer.start("hello")
    put(sandbox, taken(sandbox))
    sandbox.advance(15 * 60 + 1)
    assert customer.thread(chat_id)["active"] is True


def test_what_a_sandbox_did_not_give_is_refused(customer: Customer, sandbox: Sandbox) -> None:
    chat_id, _ = customer.start("hello")
    state = taken(sandbox)
    wrongs: list[Any] = [{}, [], state | {"format": "other/1"}, state | {"organizations": {"x": 1}}]
    for wrong in wrongs:
        refused = put(sandbox, wrong)
        assert refused.status_code == 400
        assert "Cannot read this state" in refused.json()["error"]
    assert customer.thread(chat_id)


@pytest.mark.parametrize(
    ("path", "wish", "named"),
    [
        ("clock", {"advnce": 1800}, "advance"),
        ("clock", {}, "advance"),
        ("bot", {"onn": True}, "on"),
        ("bot", {"on": "yes"}, "bool"),
        ("reset", {"sede": "x"}, "seed"),
        ("tokens", {"agents": "piotr@shop.example", "scopes": []}, "agent"),
        ("tokens", {"agent": "piotr@shop.example", "scopes": ["all"]}, "chats--all:ro"),
        ("multicast", {"contents": 1}, "content"),
        ("multicast", {"customers": [5]}, "customers"),
        ("carts", {"customer": "x", "cart": {"store_uuid": "a"}}, "customer_id"),
        ("deletions", {"date_form": "2026-01-01T00:00:00Z"}, "date_from"),
        ("deletions", {"date_from": 5}, "date_from"),
    ],
)
def test_a_mistake_is_refused_with_what_is_known_instead(
    sandbox: Sandbox, path: str, wish: Payload, named: str
) -> None:
    response = requests.post(f"{sandbox.url}/sandbox/{path}", json=wish, timeout=REQUEST_LIMIT)
    assert response.status_code == 400
    assert named in response.json()["error"]


def test_a_bot_that_was_deleted_cannot_be_switched_on(sandbox: Sandbox) -> None:
    Owner(sandbox).call("delete_bot", id=sandbox.config["bot_id"])
    response = requests.post(f"{sandbox.url}/sandbox/bot", json={"on": True}, timeout=REQUEST_LIMIT)
    assert response.status_code == 400


def test_the_clock_only_goes_forward_and_not_for_ever(sandbox: Sandbox) -> None:
    for seconds in (-1, 1e300, "x", None, True):
        response = requests.post(
            f"{sandbox.url}/sandbox/clock", json={"advance": seconds}, timeout=REQUEST_LIMIT
        )
        assert response.status_code == 400


@pytest.mark.parametrize("status", [200, 202, 418])
def test_an_error_may_come_with_any_status(
    customer: Customer, sandbox: Sandbox, status: int
) -> None:
    body = {"error": {"type": "validation", "message": "Wrong"}}
    sandbox.fault("status", status=status, body=body, count=1, method="list_chats")
    response = customer.request("list_chats", {})
    assert (response.status_code, response.json()) == (status, body)
    assert response.headers["Content-Type"] == "application/json"
    [entry] = sandbox.control("requests?method=list_chats", method="GET")
    assert entry["status"] == status
