"""Who is signed in to a Django project, as the tag says it and the widget believes it."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject, empty
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from tests.sandbox_rig import Agent
from tests.widget.visitor import Visitor
from widget.customers.identities import IdentityRefused, Person, verify
from widget.identity import Claims, claims_of, token_for
from widget.models import Widget

PAGE = Template('{% load chat_widget %}{% chat_widget "shop" %}')

pytestmark = pytest.mark.django_db


def request_of(user: object) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]  # anybody
    return request


def claims_of_member(request: HttpRequest) -> Claims | None:
    """A hook as a project would write it."""
    claims = claims_of(request)
    return claims and {**claims, "session": {"plan": gettext_lazy("gold")}}


def page_for(user: object) -> str:
    request = request_of(user)
    return PAGE.render(RequestContext(request, {"request": request}))


def customer_seen_by(agent: Agent, page: str) -> dict[str, Any]:
    """Who writes from this page."""
    found = re.search(r'data-identity="([^"]+)"', page)
    assert found
    visitor = Visitor()
    visitor.token = visitor.ask("post", "customer", {"identity": found[1]})["X-Chat-Token"]
    visitor.send("Hello")
    customer: dict[str, Any]
    (customer,) = (user for user in agent.chats()[0]["users"] if user["type"] == "customer")
    return customer


def person_on(page: str, widget: Widget) -> Person | None:
    found = re.search(r'data-identity="([^"]+)"', page)
    return verify(unescape(found[1]), widget.identity_secret) if found else None


@pytest.fixture
def ada() -> User:
    return User.objects.create_user(
        "ada", "ada@shop.example", first_name="Ada", last_name="Lovelace"
    )


def test_the_tag_says_who_is_signed_in(shop_widget: Widget, ada: User) -> None:
    person = person_on(page_for(ada), shop_widget)
    assert person == Person(str(ada.pk), "Ada Lovelace", "ada@shop.example")


def test_the_tag_says_nothing_of_somebody_who_is_not(shop_widget: Widget) -> None:
    page = page_for(AnonymousUser())
    assert "/w/shop/embed.js?person=" in page
    assert person_on(page, shop_widget) is None


def test_a_page_without_a_request_has_the_chat_for_nobody_in_particular(
    shop_widget: Widget,
) -> None:
    assert person_on(PAGE.render(Context()), shop_widget) is None


def test_a_widget_that_is_switched_off_leaves_the_page_as_it_is(
    shop_widget: Widget, caplog: pytest.LogCaptureFixture
) -> None:
    Widget.objects.update(enabled=False)
    shop_widget.forget_cached()
    assert PAGE.render(Context()).strip() == ""
    assert "shop" in caplog.text


def test_scripts_of_a_page_that_has_nonces_have_one(shop_widget: Widget) -> None:
    assert ' nonce="n0nce"' in PAGE.render(Context({"csp_nonce": "n0nce"}))


class LazyNonce(SimpleLazyObject):  # type: ignore[type-arg]  # takes none at run time
    """As Django 6 has it, source: `django.utils.csp`."""

    def __bool__(self) -> bool:
        return self._wrapped is not empty


def test_a_nonce_that_nobody_read_before_is_read(shop_widget: Widget) -> None:
    context = Context({"csp_nonce": LazyNonce(lambda: "n0nce")})
    assert ' nonce="n0nce"' in PAGE.render(context)


def test_without_a_nonce_the_page_names_none(shop_widget: Widget) -> None:
    """The context processor gives None where the middleware is missing."""
    assert "nonce" not in PAGE.render(Context({"csp_nonce": None}))


def test_a_project_says_more_of_its_users_by_a_function_of_its_own(
    shop_widget: Widget, ada: User, settings: Settings, agent: Agent
) -> None:
    settings.CHAT_IDENTITY = f"{__name__}.claims_of_member"
    assert {"plan": "gold"} in customer_seen_by(agent, page_for(ada))["session_fields"]


def test_an_account_with_an_address_that_is_none_has_a_name(
    shop_widget: Widget, ada: User, agent: Agent
) -> None:
    ada.email = "ada, at the shop"
    assert customer_seen_by(agent, page_for(ada))["name"] == "Ada Lovelace"


def test_a_project_may_sign_in_nobody(shop_widget: Widget, ada: User, settings: Settings) -> None:
    settings.CHAT_IDENTITY = ""
    assert person_on(page_for(ada), shop_widget) is None


def test_a_token_ends(shop_widget: Widget) -> None:
    with pytest.raises(IdentityRefused, match="expired"):
        verify(token_for(shop_widget, "7", lifetime=-60), shop_widget.identity_secret)


@pytest.mark.parametrize("subject", ["", "7" * 201])
def test_a_subject_that_the_widget_would_refuse_is_refused_at_once(
    shop_widget: Widget, subject: Any
) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        token_for(shop_widget, subject)
