"""One customer never reaches another's chat, one widget never another's customers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatproxy.models import Customer
from tests.sandbox_rig import Agent, Sandbox
from tests.widget.browser_socket import BrowserSocket
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.visitor import Visitor, texts_of
from widget.availability import UNKNOWN, availability_of
from widget.models import Widget

TOKENLESS = ["events", "end", "files", "postback", "rating", "forms/prechat"]


@pytest.fixture
def nora(shop_widget: Widget) -> Visitor:
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Nora's own words")
    return visitor


@pytest.fixture
def mallory(shop_widget: Widget) -> Visitor:
    visitor = Visitor()
    visitor.introduce()
    return visitor


def noras(nora: Visitor) -> Customer:
    customer = Customer.objects.find("shop", nora.token)
    assert customer
    return customer


@pytest.mark.parametrize("path", TOKENLESS)
def test_without_a_token_nothing_is_done(nora: Visitor, path: str) -> None:
    response = Visitor().ask("post", path, {"text": "me", "custom_id": "guessed-id"})
    assert response.status_code == 401
    assert response.headers["X-Chat-Token"] == ""


@pytest.mark.parametrize(
    "guess", ["", "x" * 43, "' OR 1=1 --", "null", "../../shop", "\u2603", "a" * 5000]
)
def test_a_guessed_token_is_nobodys(nora: Visitor, guess: str) -> None:
    stranger = Visitor()
    stranger.token = guess.encode("utf-8").decode("latin-1")
    assert stranger.send("Let me in").status_code == 401


def test_the_hash_we_store_is_no_token(nora: Visitor) -> None:
    thief = Visitor()
    thief.token = noras(nora).bearer_tokens.get().token_hash
    assert thief.send("From the database").status_code == 401


def test_livechats_own_ids_and_tokens_are_no_token_of_ours(nora: Visitor) -> None:
    customer = noras(nora)
    for stolen in (customer.entity_id, customer.access_token, customer.chat_id, str(customer.pk)):
        thief = Visitor()
        thief.token = stolen
        assert thief.send("Swapped").status_code == 401


def test_a_token_is_worth_nothing_under_another_widget(
    nora: Visitor,
    add_widget: AddWidget,
) -> None:
    add_widget("library")
    abroad = Visitor("library")
    abroad.token = nora.token
    assert abroad.send("Wrong door").status_code == 401


SHOP, OUTLET = ({"X-Chat-Website": f"https://{name}.example"} for name in ("shop", "outlet"))


@pytest.fixture
def ada(add_widget: AddWidget) -> Visitor:
    """Known on the first of a widget's two websites."""
    add_widget(allowed_origins=["https://shop.example", "https://outlet.example"])
    visitor = Visitor()
    visitor.token = visitor.ask("post", "customer", **SHOP).headers["X-Chat-Token"]
    return visitor


def test_a_token_is_worth_nothing_on_another_website(ada: Visitor) -> None:
    answer = ada.ask("post", "end", **OUTLET)
    assert (answer.status_code, answer.headers["X-Chat-Token"]) == (401, "")
    assert ada.ask("post", "end", **SHOP).status_code == 204


def test_who_brings_a_token_of_another_website_is_somebody_new(ada: Visitor) -> None:
    answer = ada.ask("post", "customer", **OUTLET)
    assert answer.status_code == 201
    assert answer.headers["X-Chat-Token"] != ada.token
    assert Customer.objects.count() == 2


def test_a_token_is_worth_nothing_once_it_was_forgotten(nora: Visitor) -> None:
    nora.ask("delete", "customer")
    assert nora.send("Replayed").status_code == 401


def test_a_message_goes_into_ones_own_chat_only(
    nora: Visitor, mallory: Visitor, agent: Agent
) -> None:
    chat_id = noras(nora).chat_id
    mallory.ask(
        "post",
        "events",
        {"text": "forged", "custom_id": "forged-0001", "chat_id": chat_id, "chat": chat_id},
    )
    texts = [event.get("text") for event in agent.chat(chat_id)["thread"]["events"]]
    assert texts == ["Nora's own words"]


def test_ending_ends_ones_own_chat_only(nora: Visitor, mallory: Visitor, agent: Agent) -> None:
    chat_id = noras(nora).chat_id
    mallory.ask("post", "end", {"chat_id": chat_id})
    assert agent.chat(chat_id)["thread"]["active"]


@pytest.mark.parametrize("path", ["history", "transcript"])
def test_somebody_elses_history_is_not_read(nora: Visitor, mallory: Visitor, path: str) -> None:
    chat_id = noras(nora).chat_id
    answer = mallory.ask("get", f"{path}?before={chat_id}&chat_id={chat_id}")
    assert b"Nora&#x27;s own words" not in answer.content
    assert b"Nora's own words" not in answer.content


def test_somebody_elses_thread_is_not_rated(nora: Visitor, mallory: Visitor, agent: Agent) -> None:
    chat_id = noras(nora).chat_id
    thread_id = agent.chat(chat_id)["thread"]["id"]
    mallory.ask("post", "rating", {"thread": thread_id, "thread_id": thread_id, "score": "0"})
    assert "rating" not in agent.chat(chat_id)["thread"].get("properties", {})


def test_the_same_custom_id_of_two_customers_is_two_messages(
    nora: Visitor, mallory: Visitor, agent: Agent
) -> None:
    """Otherwise who guesses an id could make another's message look sent."""
    assert nora.send("Mine", custom_id="the-same-id").status_code == 204
    assert mallory.send("Mine too", custom_id="the-same-id").status_code == 204
    assert "Mine" in [
        event.get("text") for event in agent.chat(noras(nora).chat_id)["thread"]["events"]
    ]
    assert texts_of(agent) == ["Mine too"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example"],
)
def test_a_website_that_was_not_allowed_cannot_act(nora: Visitor, origin: str) -> None:
    answer = nora.ask("post", "events", {"text": "x", "custom_id": "from-afar-1"}, Origin=origin)
    assert answer.status_code == 403


def test_an_owners_session_is_not_looked_at(
    nora: Visitor, admin_user: Any, shop_widget: Widget
) -> None:
    owner = Visitor()
    owner.client.force_login(admin_user)
    assert owner.send("As the owner").status_code == 401


def test_answers_to_customers_set_no_cookie(nora: Visitor) -> None:
    for answer in (nora.introduce(), nora.send("Hello"), nora.ask("get", "")):
        assert not answer.cookies


def test_a_widget_that_was_switched_off_lets_nobody_in(
    nora: Visitor, shop_widget: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    shop_widget.enabled = False
    with django_capture_on_commit_callbacks(execute=True):
        shop_widget.save()
    assert nora.send("Still here?").status_code == 404


async def closed_with(socket: BrowserSocket) -> int | None:
    """The code a socket is closed with; None if it stays open."""
    await socket.connect()
    await socket.send_json_to({"hello": {"event": "", "language": "en", "zone": "UTC"}})
    code: int | None = (await socket.receive_output()).get("code")
    return code


@pytest.mark.django_db(transaction=True)
async def test_a_socket_is_for_who_brings_the_token(
    sandbox: Any, transactional_db: None, open_socket: OpenSocket
) -> None:
    assert await closed_with(open_socket("guessed")) == 4401
    assert await closed_with(open_socket("")) == 4401


@pytest.fixture
def token(transactional_db: None, shop_widget: Widget) -> str:
    visitor = Visitor()
    visitor.introduce()
    return visitor.token


async def test_a_socket_is_for_the_websites_the_owner_allowed(
    token: str, open_socket: OpenSocket
) -> None:
    assert await closed_with(open_socket(token, origin="https://shop.example")) is None
    assert await closed_with(open_socket(token, origin="https://evil.example")) == 4403
    assert await closed_with(open_socket(token, origin="null")) == 4403


async def test_a_socket_under_another_widget_is_refused(
    token: str, add_widget: AddWidget, open_socket: OpenSocket
) -> None:
    from asgiref.sync import sync_to_async

    await sync_to_async(add_widget)("library")
    assert await closed_with(open_socket(token, "library")) == 4401


@pytest.mark.parametrize(
    "frame",
    [
        "[" * 20_000,
        '{"hello": {"event": {"a": 1}}}',
        *(
            pytest.param(each, marks=pytest.mark.night)  # by day one of each kind
            for each in (
                *("[]", "null", "{", '{"hello": ' * 2000, '{"hello": []}', '{"page": 7}'),
                *('{"seen": {"chat": ["x"]}}', '{"unknown": true}'),
            )
        ),
        json.dumps(
            {"hello": {"event": "x" * 20_000, "zone": "../../etc/passwd", "language": "\u0000"}}
        ),
        "\u0000\uffff",
    ],
)
async def test_a_strange_frame_ends_nothing(
    token: str, frame: str, open_socket: OpenSocket
) -> None:
    socket = open_socket(token)
    await socket.connect()
    await socket.send_to(text_data=frame)
    await socket.send_to(text_data='{"hello": {"event": "", "language": "en", "zone": "UTC"}}')
    assert await socket.receive_from()


def test_what_a_stranger_with_the_same_organization_makes_fail_is_not_heard_by_others(
    shop_widget: Widget, add_widget: AddWidget, sandbox: Sandbox
) -> None:
    stranger = add_widget("stranger")
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    sandbox.fault("down", count=1)
    assert availability_of(stranger) == UNKNOWN
    assert not availability_of(shop_widget).is_online
