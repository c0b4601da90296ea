"""How many of each there are, by what they share: who has none left leaves no trace."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

Name = TypeVar("Name")


def count_down(counts: Counter[Name], names: Iterable[Name]) -> None:
    """One less of each of these. Counter's own `-=` would look at everybody's."""
    for name in names:
        counts[name] -= 1
        if counts[name] <= 0:
            del counts[name]
