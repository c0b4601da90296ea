"""Many rows, a few at a time: memory stays small, and what was done stays done if it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
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
