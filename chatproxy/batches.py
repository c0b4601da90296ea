"""Many rows, a few at a time: memory stays small, and what was done stays done if it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])
# Hears how many are done, after each batch.
Tell = Callable[[int], object]


def tell_nobody(done: int) -> None:
    """For those who do not want to know."""


def batches(rows: QuerySet[Row], size: int) -> Iterator[list[Row]]:
    """All of them by primary key, at most `size` in a query; no cursor is held meanwhile."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield batch
        last = batch[-1].pk


def parts(rows: Rows, size: int) -> Iterator[Rows]:
    """All of them, at most `size` at once; who no longer is one of them is left out by then.

    Their keys alone are read.
    """
    for batch in batches(rows.only("pk"), size):
        yield rows.filter(pk__in=[row.pk for row in batch])


def erase(rows: QuerySet[Any], size: int, tell: Tell = tell_nobody) -> int:
    """Delete them and what hangs on them; how many they were. No secret is read."""
    erased = 0
    for these in parts(rows, size):
        erased += delete(these)
        tell(erased)
    return erased


def delete(rows: QuerySet[Any]) -> int:
    """As `erase`, all at once."""
    _all, each = rows.only("pk").delete()
    return each.get(rows.model._meta.label, 0)
