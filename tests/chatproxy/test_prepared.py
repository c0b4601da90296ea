"""The query that requests begin with finds what Django's own would find, with one query."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from chatproxy.models import BearerToken, Customer, hash_of, token_lookup

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    """Of a customer in whom every kind of field holds something."""
    customer = Customer.objects.create(
        widget_key="shop",
        organization_id="7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44",
        entity_id="c1f0",
        chat_id="SK7Q2M4XAA",
        cid="an id",
        cst="a secret",
        access_token="dal:token",
        fresh_until=timezone.now() + dt.timedelta(hours=7),
        consented_at=timezone.now(),
    )
    return customer.admit("https://shop.example")


def values_of(row: BearerToken | Customer) -> dict[str, object]:
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_it_finds_what_the_orm_finds(token: str) -> None:
    found = token_lookup().find("shop", hash_of(token))
    theirs = BearerToken.objects.select_related("customer").get(token_hash=hash_of(token))
    assert found == theirs
    assert values_of(found) == values_of(theirs)
    assert values_of(found.customer) == values_of(theirs.customer)


def test_one_query_brings_the_customer_too(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = token_lookup().find("shop", hash_of(token))
        assert found
        assert found.customer.access_token == "dal:token"


def test_what_is_seldom_needed_is_read_when_asked_for(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = token_lookup().find("shop", hash_of(token))
    assert found
    with django_assert_num_queries(1):
        assert found.customer.cst == "a secret"


def test_what_was_found_can_be_changed(token: str) -> None:
    found = token_lookup().find("shop", hash_of(token))
    assert found
    found.customer.chat_id = "another"
    found.customer.save()
    assert Customer.objects.get().chat_id == "another"
    assert Customer.objects.get().cst == "a secret"


@pytest.mark.parametrize("key", ["other", "' OR 1=1 --", "%s"])
def test_nobody_is_found_under_another_key(token: str, key: str) -> None:
    assert token_lookup().find(key, hash_of(token)) is None
