"""What came of a notification."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.Enum):
    DELIVERED = "delivered"  # to the push service, which delivers it when it can
    GONE = "gone"  # the browser has ended it: nobody is there any more
    LATER = "later"  # it may work another time
    REFUSED = "refused"  # the same would be refused again


@dataclass(frozen=True, slots=True)
class Result:
    """`wait` is the push service's wish, in seconds, 0 for none."""

    outcome: Outcome
    wait: float = 0
