"""Whoever is erased in the middle of a request of theirs is refused, wherever that happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse

from chatproxy.models import Customer
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
def erased_after(number: int) -> Iterator[Iterator[int]]:
    """Another request erases everybody who is known, right after this statement of ours.

    In a transaction of ours it would have to wait, so it comes before that begins.
    """
    known = list(Customer.objects.values_list("pk", flat=True))
    numbers = itertools.count()

    def look(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        is_due = next(numbers) == number and not connection.in_atomic_block
        if is_due and sql.startswith("BEGIN"):
            erase()
        found = execute(sql, *more)
        if is_due and not sql.startswith("BEGIN"):
            erase()
        return found

    def erase() -> None:
        Customer.objects.filter(pk__in=known).delete()

    with connection.execute_wrapper(look):
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
