"""A person signed in to the website is one customer on all their devices, and nobody else."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from django.core.cache import cache
from django.http import HttpResponse

from chatproxy.models import Customer
from tests.sandbox_rig import Agent
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, texts_of
from widget.models import Widget, cache_key
from widget.owners.changes import copy_of
from widget.owners.settings import settings_of


def signed(widget: Widget, **claims: Any) -> str:
    """What the website of this widget would sign; None takes a claim out."""
    claims = {"sub": "user-42", "exp": int(time.time()) + 300} | claims
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, widget.identity_secret, algorithm="HS256")


def sign_in(visitor: Visitor, statement: str) -> HttpResponse:
    """Act for the first time as the person the website names."""
    response = visitor.ask("post", "customer", {"identity": statement})
    visitor.token = response.headers.get("X-Chat-Token", visitor.token)
    return response


def who(visitor: Visitor) -> Customer | None:
    return Customer.objects.find(visitor.key, visitor.token)


@pytest.fixture
def phone(shop_widget: Widget) -> Visitor:
    """A device on which user-42 is signed in and has acted."""
    visitor = Visitor()
    assert sign_in(visitor, signed(shop_widget)).status_code == 201
    return visitor


def test_two_devices_of_one_person_are_one_customer(
    phone: Visitor, visitor: Visitor, shop_widget: Widget, agent: Agent
) -> None:
    sign_in(visitor, signed(shop_widget))
    assert visitor.token != phone.token
    phone.send("From the phone")
    visitor.send("From the laptop")
    assert len(agent.chats()) == 1
    assert texts_of(agent) == ["From the phone", "From the laptop"]


def test_another_person_is_another_customer(
    phone: Visitor, visitor: Visitor, shop_widget: Widget
) -> None:
    sign_in(visitor, signed(shop_widget, sub="user-43"))
    assert who(visitor) != who(phone)


def test_a_person_who_comes_again_keeps_the_token(phone: Visitor, shop_widget: Widget) -> None:
    before = phone.token
    assert sign_in(phone, signed(shop_widget)).status_code == 200
    assert phone.token == before


def test_agents_see_the_name_and_address_that_were_signed(
    visitor: Visitor, shop_widget: Widget, agent: Agent
) -> None:
    sign_in(visitor, signed(shop_widget, name="Ada", email="ada@shop.example"))
    visitor.send("Hello")
    [customer] = [
        user for user in agent.chat(agent.chats()[0]["id"])["users"] if user["type"] == "customer"
    ]
    assert (customer["name"], customer["email"]) == ("Ada", "ada@shop.example")


def test_who_was_nobody_does_not_become_the_person(customer: Visitor, shop_widget: Widget) -> None:
    nobody, nobodys_token = who(customer), customer.token
    assert sign_in(customer, signed(shop_widget)).status_code == 201
    assert who(customer) != nobody
    assert Customer.objects.find("shop", nobodys_token) is None


def test_another_person_on_the_same_device_ends_the_token_of_the_first(
    phone: Visitor, shop_widget: Widget
) -> None:
    before = phone.token
    sign_in(phone, signed(shop_widget, sub="user-43"))
    assert Customer.objects.find("shop", before) is None
    assert Customer.objects.filter(subject="user-42").exists()


def unsigned(widget: Widget) -> str:
    return jwt.encode({"sub": "user-42", "exp": int(time.time()) + 300}, "", algorithm="none")


def tampered(widget: Widget) -> str:
    header, _claims, signature = signed(widget).split(".")
    claims = f'{{"sub": "user-1", "exp": {int(time.time()) + 300}}}'.encode()
    return f"{header}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


def signed_otherwise(widget: Widget) -> str:
    claims = {"sub": "user-42", "exp": int(time.time()) + 300}
    return jwt.encode(claims, widget.identity_secret * 2, algorithm="HS512")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (lambda widget: signed(widget, exp=int(time.time()) - 120), "expired"),
        (lambda widget: signed(widget, exp=int(time.time()) + 2 * 3600), "an hour"),
        (lambda widget: signed(widget, exp=None), "exp"),
        (lambda widget: signed(widget, sub=None), "sub"),
        (lambda widget: signed(widget, sub=""), "sub"),
        (lambda widget: signed(widget, sub="x" * 201), "sub"),
        (tampered, "Signature"),
        (unsigned, "alg"),
        (signed_otherwise, "alg"),
        (lambda _widget: "nonsense", "segments"),
        (lambda _widget: base64.urlsafe_b64encode(b"[" * 9000).decode() + ".e30.x", ""),
    ],
    ids=[
        "expired",
        "too long",
        "no exp",
        "no sub",
        "empty sub",
        "long sub",
        "tampered",
        "alg none",
        "another alg",
        "no token",
        "deep",
    ],
)
def test_what_proves_nothing_is_refused_with_its_reason(
    visitor: Visitor, shop_widget: Widget, statement: Any, reason: str
) -> None:
    response = sign_in(visitor, statement(shop_widget))
    assert response.status_code == 403
    assert reason in response.headers["X-Chat-Identity"]
    assert "We could not sign you in to the chat." in response.content.decode()
    assert not Customer.objects.exists()


def with_header(**header: Any) -> str:
    """A statement that nobody has signed."""
    parts = ({"alg": "HS256"} | header, {"sub": "user-42"})
    coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join(part.rstrip("=") for part in (*coded, "x" * 4))


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("x\nINFO all is well", r"x\nINFO all is well"),
        ("x\r\nSet-Cookie: a=b", r"x\r\nSet-Cookie: a=b"),
        ("\ud800", r"\ud800"),
        ("\0", r"\x00"),
        ("\u2028é", r"\u2028\xe9"),
        ("x" * 20_000, "xxx"),
    ],
    ids=["line", "header", "half a character", "NUL", "not ASCII", "long"],
)
def test_the_reason_is_a_short_line_whatever_words_of_the_statement_are_in_it(
    visitor: Visitor, shop_widget: Widget, word: str, shown: str
) -> None:
    response = sign_in(visitor, with_header(crit=[word]))
    reason = response.headers["X-Chat-Identity"]
    assert response.status_code == 403
    assert shown in reason
    assert reason.isascii()
    assert reason.isprintable()
    assert len(reason) <= 200


@pytest.mark.parametrize("subject", ["u\x002", "u\ud83d"])
def test_a_person_whose_id_cannot_be_stored_is_nobody_else(
    visitor: Visitor, shop_widget: Widget, subject: str
) -> None:
    response = sign_in(visitor, signed(shop_widget, sub=subject))
    assert response.status_code == 400
    assert "sub has a NUL or half a character" in response.headers["X-Chat-Identity"]
    assert "We could not sign you in to the chat." in response.content.decode()
    assert not Customer.objects.exists()


def test_a_signed_name_is_cleaned(visitor: Visitor, shop_widget: Widget, agent: Agent) -> None:
    name = "Ada\x00 \ud83dL."
    assert sign_in(visitor, signed(shop_widget, name=name)).status_code == 201
    visitor.send("Hello")
    names = [user["name"] for user in agent.chat(agent.chats()[0]["id"])["users"]]
    assert "Ada \ufffdL." in names


def test_another_widgets_secret_signs_nothing_here(
    visitor: Visitor, shop_widget: Widget, add_widget: AddWidget
) -> None:
    assert sign_in(visitor, signed(add_widget("library"))).status_code == 403


def test_a_refused_statement_leaves_the_token_that_was_brought(
    phone: Visitor, shop_widget: Widget
) -> None:
    sign_in(phone, signed(shop_widget, sub="user-43", exp=1))
    assert phone.send("Still here").status_code == 204


def test_logging_out_ends_this_device_only(
    phone: Visitor, visitor: Visitor, shop_widget: Widget
) -> None:
    sign_in(visitor, signed(shop_widget))
    response = phone.ask("post", "logout")
    assert response.status_code == 204
    assert response.headers["X-Chat-Token"] == ""
    assert phone.send("Me again").status_code == 401
    assert visitor.send("Still here").status_code == 204


def test_forgetting_a_person_ends_all_their_devices(
    phone: Visitor, visitor: Visitor, shop_widget: Widget
) -> None:
    sign_in(visitor, signed(shop_widget))
    phone.ask("delete", "customer")
    assert visitor.send("Still here").status_code == 401
    assert not Customer.objects.exists()


def test_a_widgets_secret_is_in_no_cache_history_copy_or_file(
    visitor: Visitor, shop_widget: Widget
) -> None:
    Widget.objects.find("shop")
    assert "identity_secret" not in vars(cache.get(cache_key("shop")))
    assert "identity_secret" not in settings_of(shop_widget)
    assert copy_of(shop_widget).identity_secret != shop_widget.identity_secret
