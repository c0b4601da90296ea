"""Customers for tests."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from chatproxy.models import Customer, hash_of


def stored_customer(
    *,
    widget_key: str = "shop",
    token: str = "a-bearer-token",
    cst: str = "c0ffee",
    access_token: str = "dal:token",
    unseen_days: int = 0,
) -> Customer:
    """A customer in the database whom LiveChat has never heard of."""
    return Customer.objects.create(
        widget_key=widget_key,
        token_hash=hash_of(token),
        organization_id="7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44",
        entity_id="e2a4c3b0-91d7-4f6e-8c55-0d1b7a6f3e92",
        cid="e2a4c3b0-91d7-4f6e-8c55-0d1b7a6f3e92",
        cst=cst,
        access_token=access_token,
        fresh_until=timezone.now() + dt.timedelta(hours=7),
        last_seen_at=timezone.now() - dt.timedelta(days=unseen_days),
    )
