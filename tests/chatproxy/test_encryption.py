"""What is stored is unreadable without the keys, and keys rotate."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from chatproxy.encryption import UnreadableSecret
from chatproxy.models import Customer, hash_of

from .people import stored_customer

pytestmark = pytest.mark.django_db


def in_the_database(customer: Customer) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM chatproxy_customer WHERE id = %s", [customer.pk])
        return repr(cursor.fetchone())


def test_cookies_and_tokens_are_not_in_the_database_as_they_are() -> None:
    customer = stored_customer(cst="the-secret-cookie", access_token="dal:the-token")
    row = in_the_database(customer)
    assert "the-secret-cookie" not in row
    assert "dal:the-token" not in row


def test_what_was_stored_is_read_back() -> None:
    customer = stored_customer(cst="the-secret-cookie")
    assert Customer.objects.get(pk=customer.pk).cst == "the-secret-cookie"


def test_the_bearer_token_of_a_browser_is_not_stored() -> None:
    customer = stored_customer(token="the-bearer-token")
    assert customer.bearer_tokens.get().token_hash == hash_of("the-bearer-token")
    assert Customer.objects.find("shop", "the-bearer-token") == customer


def test_an_older_key_still_opens_what_it_closed(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    customer = stored_customer(cst="kept")
    settings.CHAT_ENCRYPTION_KEYS = ["new", "old"]
    assert Customer.objects.get(pk=customer.pk).cst == "kept"


def test_encrypting_again_makes_the_older_key_superfluous(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    customer = stored_customer(cst="kept")
    settings.CHAT_ENCRYPTION_KEYS = ["new", "old"]
    assert Customer.objects.encrypt_again() == 1
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    assert Customer.objects.get(pk=customer.pk).cst == "kept"


def test_without_its_key_a_secret_is_unreadable_and_says_what_to_do(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    customer = stored_customer()
    settings.CHAT_ENCRYPTION_KEYS = ["another"]
    with pytest.raises(UnreadableSecret, match="ENCRYPTION_KEYS"):
        Customer.objects.get(pk=customer.pk)


def test_customers_whose_secrets_are_unreadable_can_still_be_erased(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["old"]
    customer = stored_customer()
    settings.CHAT_ENCRYPTION_KEYS = ["another"]
    Customer.objects.filter(pk=customer.pk).only("pk").delete()
    assert not Customer.objects.exists()


def test_without_keys_of_its_own_the_secret_key_serves(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = []
    customer = stored_customer(cst="kept")
    assert Customer.objects.get(pk=customer.pk).cst == "kept"


def test_a_secret_key_may_be_bytes_as_django_allows(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = []
    settings.SECRET_KEY = b"\xff of a machine"
    customer = stored_customer(cst="kept")
    assert Customer.objects.get(pk=customer.pk).cst == "kept"


def test_a_secret_key_rotated_as_django_says_still_opens_what_it_closed(settings: Any) -> None:
    settings.CHAT_ENCRYPTION_KEYS = []
    settings.SECRET_KEY = "old"
    customer = stored_customer(cst="kept")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert Customer.objects.get(pk=customer.pk).cst == "kept"


def test_nothing_secret_is_in_a_customers_representation() -> None:
    customer = stored_customer(cst="the-secret-cookie", access_token="dal:the-token")
    shown = f"{customer!r} {customer} {customer.identity!r}"
    assert "the-secret-cookie" not in shown
    assert "dal:the-token" not in shown
