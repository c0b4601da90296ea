"""Consent: what a server does before a customer has agreed, and with their answer."""

import datetime as dt
import json
import re
import time
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.test import Client

from chatproxy.models import Customer
from tests.sandbox_rig import Agent, Sandbox
from tests.widget.conftest import AddWidget, OpenSocket
from tests.widget.customers.test_moves import code_of, go_on
from tests.widget.visitor import Visitor, texts_of
from widget.models import Widget
from widget.sockets import NO_CONSENT

AT = "2026-11-02T10:30:00.000Z"


@pytest.fixture
def asking(add_widget: AddWidget) -> Widget:
    return add_widget(ask_consent=True, consent_version="2026-11", consent_text="All right?")


@pytest.fixture
def visitor(asking: Widget) -> Visitor:
    return Visitor()


def agree(visitor: Visitor, version: str = "2026-11", at: str = AT, **headers: str) -> Any:
    answer = visitor.ask("post", "customer", {"consent": version, "consented_at": at}, **headers)
    visitor.token = answer.headers.get("X-Chat-Token", visitor.token)
    return answer


def change_version(widget: Widget, capture: Any) -> None:
    widget.consent_version = "2027-01"
    with capture(execute=True):
        widget.save()


def session_of(agent: Agent) -> dict[str, str]:
    users = agent.chat(agent.chats()[0]["id"])["users"]
    fields = [field for user in users for field in user.get("session_fields", [])]
    return {name: value for field in fields for name, value in field.items()}


@pytest.mark.parametrize("said", [{}, {"consent": "2025-01"}, {"consent": "x" * 99}])
def test_nobody_becomes_known_before_they_agree_to_this_very_text(
    visitor: Visitor, sandbox: Sandbox, said: dict[str, str]
) -> None:
    known = len(sandbox.requests())
    answer = visitor.ask("post", "customer", said)
    assert (answer.status_code, answer["X-Chat-Consent"]) == (403, "2026-11")
    assert "X-Chat-Token" not in answer.headers
    assert not Customer.objects.exists()
    assert len(sandbox.requests()) == known


def test_the_answer_is_kept_and_stands_before_the_agent(visitor: Visitor, agent: Agent) -> None:
    assert agree(visitor).status_code == 201
    customer = Customer.objects.get()
    assert customer.consent_version == "2026-11"
    assert customer.consented_at == dt.datetime(2026, 11, 2, 10, 30, tzinfo=dt.UTC)
    visitor.send("Hello")
    assert session_of(agent) == {"chat_consent": "2026-11, 2026-11-02 10:30 UTC"}
    visitor.ask("post", "details", {"session": json.dumps({"plan": "gold"})})
    assert session_of(agent)["chat_consent"].startswith("2026-11,")
    assert session_of(agent)["plan"] == "gold"


@pytest.mark.parametrize(
    "at", ["2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_nobody_has_agreed_in_the_future_or_long_ago(visitor: Visitor, at: str) -> None:
    """Not even where no calendar has that moment."""
    before = dt.datetime.now(dt.UTC)
    assert agree(visitor, at=at).status_code == 201
    consented_at = Customer.objects.get().consented_at
    assert consented_at is not None
    assert before <= consented_at <= dt.datetime.now(dt.UTC)


def test_a_new_version_asks_again_and_whoever_does_not_agree_can_still_be_forgotten(
    visitor: Visitor, asking: Widget, agent: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    agree(visitor)
    assert visitor.send("Hello").status_code == 204
    change_version(asking, django_capture_on_commit_callbacks)
    refused = visitor.send("Again")
    assert (refused.status_code, refused["X-Chat-Consent"]) == (403, "2027-01")
    assert visitor.ask("get", "history?page=1").status_code == 403
    token = visitor.token
    assert agree(visitor, "2027-01").status_code == 200
    assert visitor.token == token
    assert visitor.send("Again").status_code == 204
    assert texts_of(agent) == ["Hello", "Again"]
    asking.consent_version = "2028-01"
    with django_capture_on_commit_callbacks(execute=True):
        asking.save()
    assert visitor.ask("delete", "customer").status_code == 204
    assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True)
async def test_a_socket_waits_for_consent(asking: Widget, open_socket: OpenSocket) -> None:
    _customer, token = await sync_to_async(Customer.objects.welcome)("shop", asking.organization)
    socket = open_socket(token)
    await socket.connect()
    closed = await socket.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", NO_CONSENT)


@pytest.mark.django_db(transaction=True)
async def test_an_open_socket_ends_when_the_owner_asks_something_else(
    asking: Widget, open_socket: OpenSocket
) -> None:
    customer, token = await sync_to_async(Customer.objects.welcome)("shop", asking.organization)
    await sync_to_async(customer.agree)("2026-11", dt.datetime.now(dt.UTC))
    socket = open_socket(token)
    await socket.connect()
    await socket.send_json_to({"hello": {"language": "en", "zone": "UTC", "event": ""}})
    while 'hx-target="#threads"' not in await socket.receive_from():
        pass
    asking.consent_version = "2027-01"
    await sync_to_async(asking.save)()
    while (heard := await socket.receive_output())["type"] != "websocket.close":
        pass
    assert heard["code"] == NO_CONSENT


def test_what_was_asked_for_before_a_new_text_waits_for_it_too(
    visitor: Visitor, asking: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    agree(visitor)
    visitor.send("Hello")
    link = visitor.ask("post", "transcript/link", {"zone": "UTC"})["HX-Redirect"]
    assert visitor.client.get(link).status_code == 200
    code = code_of(visitor)
    change_version(asking, django_capture_on_commit_callbacks)
    assert visitor.client.get(link).status_code == 404
    assert not go_on(code).token


def test_nobody_waits_for_livechat_before_they_agree(
    visitor: Visitor, asking: Widget, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr("widget.customers.security.FIRST_LOGIN", 30.0)
    agree(visitor)
    change_version(asking, django_capture_on_commit_callbacks)
    began = time.monotonic()
    refused = visitor.ask("post", "expected", {}, **{"X-Chat-Socket": "coming"})
    assert refused.status_code == 403
    assert time.monotonic() - began < 15


def test_where_nobody_asks_nothing_changes(add_widget: AddWidget, agent: Agent) -> None:
    add_widget()
    visitor = Visitor()
    assert agree(visitor).status_code == 201
    assert Customer.objects.get().consent_version == ""
    visitor.send("Hello")
    assert session_of(agent) == {}


def test_an_export_says_what_was_agreed_to(visitor: Visitor, agent: Agent) -> None:
    agree(visitor)
    out = StringIO()
    call_command("export_customer", Customer.objects.get().entity_id, stdout=out)
    (record,) = json.loads(out.getvalue())
    assert record["consent"] == {"version": "2026-11", "at": "2026-11-02T10:30:00+00:00"}


def test_the_panel_and_the_loader_say_which_version_asks(client: Client, asking: Widget) -> None:
    asking.consent_link = "https://shop.example/privacy"
    asking.texts = {"de": {"consent_text": "Einverstanden?"}}
    asking.save()
    shell = client.get("/w/shop/?lang=de").content.decode()
    assert 'data-consent="2026-11"' in shell
    assert "Einverstanden?" in shell
    assert 'href="https://shop.example/privacy"' in shell
    assert '"consent":"2026-11"' in client.get("/w/shop/embed.js").content.decode()


# ---- without JavaScript

PAGE = "/w/shop/plain/"
OWN = {"Origin": "http://testserver"}


@pytest.fixture
def reader(asking: Widget) -> Client:
    return Client(enforce_csrf_checks=True)


def hidden_in(page: Any) -> dict[str, str]:
    found = re.findall(r'name="(csrfmiddlewaretoken|custom_id|consent)" value="([^"]+)"', page)
    return dict(found)


def test_the_plain_page_stores_nothing_before_and_sends_what_was_typed_with_the_answer(
    reader: Client, agent: Agent, sandbox: Sandbox
) -> None:
    known = len(sandbox.requests())
    page = reader.get(PAGE)
    assert "All right?" in page.content.decode()
    assert reader.get(PAGE + "log").status_code == 200
    assert not reader.cookies
    assert len(sandbox.requests()) == known
    said = hidden_in(page.content.decode()) | {"text": "Typed before"}
    answer = reader.post(PAGE + "agree", said, headers=OWN)
    assert answer.status_code == 302
    assert texts_of(agent) == ["Typed before"]
    assert session_of(agent)["chat_consent"].startswith("2026-11,")
    assert "All right?" not in reader.get(PAGE).content.decode()


def test_on_the_plain_page_a_new_text_keeps_what_was_typed(
    reader: Client, asking: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    said = hidden_in(reader.get(PAGE).content.decode()) | {"text": "Typed before"}
    change_version(asking, django_capture_on_commit_callbacks)
    page = reader.post(PAGE + "agree", said, headers=OWN).content.decode()
    assert "Typed before" in page
    assert hidden_in(page)["consent"] == "2027-01"
    assert not Customer.objects.exists()


def test_on_the_plain_page_nothing_ends_before_a_new_text_is_agreed_to(
    reader: Client, agent: Agent, asking: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    said = hidden_in(reader.get(PAGE).content.decode()) | {"text": "Hello"}
    reader.post(PAGE + "agree", said, headers=OWN)
    said = hidden_in(reader.get(PAGE).content.decode())
    change_version(asking, django_capture_on_commit_callbacks)
    assert reader.post(PAGE + "end", said).status_code == 302
    assert agent.chat(agent.chats()[0]["id"])["thread"]["active"]


def test_another_website_agrees_for_nobody(reader: Client) -> None:
    said = hidden_in(reader.get(PAGE).content.decode())
    for headers in ({}, {"Origin": "https://stranger.example"}):
        assert reader.post(PAGE + "agree", said, headers=headers).status_code == 403
    assert not reader.cookies


def test_on_the_plain_page_withdrawing_erases_and_says_so(reader: Client) -> None:
    said = hidden_in(reader.get(PAGE).content.decode()) | {"text": "Hello"}
    reader.post(PAGE + "agree", said, headers=OWN)
    said = hidden_in(reader.get(PAGE).content.decode())
    page = reader.post(PAGE + "withdraw", said).content.decode()
    assert "You have withdrawn your consent" in page
    assert not Customer.objects.exists()
    assert {cookie.value for cookie in reader.cookies.values()} == {""}
    assert "All right?" in reader.get(PAGE).content.decode()
