"""Whoever is erased in the middle of a request of theirs is refused, wherever that happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse

from chatproxy.livechat import accounts
from chatproxy.models import BearerToken, Customer
from tests.widget.customers.test_identities import sign_in, signed
from tests.widget.customers.test_moves import code_of
from tests.widget.notifications.conftest import push_service
from tests.widget.notifications.push_service import PushService
from tests.widget.notifications.test_asking import ticket_of
from tests.widget.visitor import Visitor
from widget.models import Widget

__all__ = ["push_service"]

Ask = Callable[[], HttpResponse]

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def meanwhile(number: int, happen: Callable[[], object]) -> Iterator[Iterator[int]]:
    """Another request does this, right after this statement of ours.

    In a transaction of ours it would have to wait, so it comes before that begins.
    """
    numbers = itertools.count()

    def look(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        is_due = next(numbers) == number and not connection.in_atomic_block
        if is_due and sql.startswith("BEGIN"):
            happen()
        found = execute(sql, *more)
        if is_due and not sql.startswith("BEGIN"):
            happen()
        return found

    with connection.execute_wrapper(look):
        yield numbers


@contextmanager
def erased_after(number: int) -> Iterator[Iterator[int]]:
    """Another request erases everybody who is known."""
    known = list(Customer.objects.values_list("pk", flat=True))
    with meanwhile(number, Customer.objects.filter(pk__in=known).delete) as numbers:
        yield numbers


def try_everywhere(prepare: Callable[[], Ask]) -> set[int]:
    """The answers to such a request, with the customer erased after each of its statements."""
    answers = set()
    for number in itertools.count():
        ask = prepare()
        with erased_after(number) as numbers:
            answers.add(ask().status_code)
        if next(numbers) <= number:  # it has not so many
            return answers
        Customer.objects.all().delete()  # who was spared, in a transaction
    raise AssertionError


def known() -> Visitor:
    visitor = Visitor()
    visitor.introduce()
    return visitor


@pytest.mark.parametrize("path", ["move", "logout", "details", "end"])
def test_whoever_acts(shop_widget: Widget, path: str) -> None:
    def prepare() -> Ask:
        visitor = known()
        return lambda: visitor.ask("post", path, {"name": "Nora"})

    assert max(try_everywhere(prepare)) < 500


def test_whoever_asks_to_be_told(shop_widget: Widget, push_service: PushService) -> None:
    subscription = push_service.device("phone").subscription()

    def prepare() -> Ask:
        visitor = known()
        return lambda: visitor.ask("post", "notifications", subscription)

    assert try_everywhere(prepare) == {200, 401}


def test_whoever_permits_notifications(shop_widget: Widget, push_service: PushService) -> None:
    subscription = push_service.device("phone").subscription()

    def prepare() -> Ask:
        visitor = known()
        data = subscription | {"ticket": ticket_of(visitor)}
        return lambda: Visitor().ask("post", "permission", data)

    assert try_everywhere(prepare) == {204, 403}


def test_whoever_moves_to_another_browser(shop_widget: Widget) -> None:
    def prepare() -> Ask:
        code = code_of(known())
        return lambda: Visitor().ask("post", "continue", {"code": code})

    assert try_everywhere(prepare) == {201, 403}


def test_whoever_signs_in_on_a_second_device_is_somebody_new(shop_widget: Widget) -> None:
    def prepare() -> Ask:
        sign_in(Visitor(), signed(shop_widget))
        return lambda: sign_in(Visitor(), signed(shop_widget))

    assert try_everywhere(prepare) == {201}


def test_a_secret_that_is_renewed_during_a_sign_in_ends_it(
    shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = accounts.exchange

    def renew_and_exchange(*arguments: Any) -> Any:
        Widget.objects.get(pk=shop_widget.pk).renew_secret()
        return exchange(*arguments)

    monkeypatch.setattr(accounts, "exchange", renew_and_exchange)
    answer = sign_in(Visitor(), signed(shop_widget))
    assert answer.status_code == 403
    assert "renewed" in answer.headers["X-Chat-Identity"]
    assert not BearerToken.objects.exists()


def test_a_widget_that_is_deleted_during_a_sign_in_ends_it(
    shop_widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = accounts.exchange

    def delete_and_exchange(*arguments: Any) -> Any:
        Widget.objects.get(pk=shop_widget.pk).delete()
        return exchange(*arguments)

    monkeypatch.setattr(accounts, "exchange", delete_and_exchange)
    sign_in(Visitor(), signed(shop_widget))
    assert not BearerToken.objects.exists()


def ends_by_a_new_secret(ada: Visitor, widget: Widget) -> None:
    widget.renew_secret()


def ends_by_signing_out(ada: Visitor, widget: Widget) -> None:
    ada.ask("post", "logout")


@pytest.mark.parametrize(
    "end", [pytest.param(ends_by_a_new_secret, marks=pytest.mark.night), ends_by_signing_out]
)
def test_who_moves_to_another_browser_meanwhile_is_signed_out_there_too(
    shop_widget: Widget, end: Callable[[Visitor, Widget], None]
) -> None:
    for number in itertools.count():
        ada = Visitor()
        sign_in(ada, signed(shop_widget))
        moves = partial(Visitor().ask, "post", "continue", {"code": code_of(ada)})
        with meanwhile(number, moves) as numbers:
            end(ada, shop_widget)
        assert not BearerToken.objects.exists()
        if next(numbers) <= number:
            return
