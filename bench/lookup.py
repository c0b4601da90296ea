"""Finding the customer of a token, with which every request and socket begins: Django's way, ours.

In an SQLite in memory, so that what the database itself takes hardly counts.

`python -m bench.lookup`
"""

import os
import timeit
from collections.abc import Callable

os.environ["DATABASE_URL"] = "sqlite://:memory:"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("DJANGO_SECRET_KEY", "of a database that ends with this process" + "-" * 20)
os.environ.setdefault("ALLOWED_HOSTS", "localhost")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import machine  # noqa: E402
from chatproxy.models import BearerToken, Customer, hash_of, token_lookup  # noqa: E402

KEY = "shop"
ROUNDS, RUNS = 300, 7


def microseconds(work: Callable[[], object]) -> float:
    """Of one time, in the best of some runs."""
    return min(timeit.repeat(work, number=ROUNDS, repeat=RUNS)) / ROUNDS * 1e6


def a_token() -> str:
    customer = Customer.objects.create(
        widget_key=KEY,
        organization_id="7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44",
        entity_id="c1f0",
        cid="id",
        cst="secret",
        access_token="dal:token",
        fresh_until=timezone.now(),
    )
    return customer.admit("https://shop.example")


def main() -> None:
    machine.describe()
    call_command("migrate", verbosity=0)
    token_hash = hash_of(a_token())
    plain = BearerToken.objects.select_related("customer").defer("customer__cid", "customer__cst")

    def django_finds() -> BearerToken:
        return plain.get(customer__widget_key=KEY, token_hash=token_hash)

    def we_find() -> BearerToken | None:
        return token_lookup().find(KEY, token_hash)

    assert django_finds() == we_find()
    theirs, ours = microseconds(django_finds), microseconds(we_find)
    print(f"Django {theirs:.0f} µs, ours {ours:.0f} µs")
    machine.judge("finding a token's customer, ours / Django", ours / theirs, 0.5)


if __name__ == "__main__":
    main()
