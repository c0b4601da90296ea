"""Time as one organization sees it: the real clock, plus what was skipped, and timers."""

import heapq
import time
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any


def rfc3339(seconds: float) -> str:
    """LiveChat's form of a time: UTC, six digits of a second, `Z`. Sorts as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_of(moment: str) -> float:
    """Unix seconds of an RFC 3339 text. Raises ValueError for anything else.

    Also for the first and the last year of the calendar, where it is another year elsewhere.
    """
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    if not MINYEAR < parsed.year < MAXYEAR:
        raise ValueError("a time at the end of the calendar")
    return parsed.timestamp()


class Clock:
    def __init__(self, skipped: float = 0.0) -> None:
        self.skipped = skipped
        self._latest = 0
        self._timers: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0

    def time(self) -> float:
        """Unix seconds."""
        return time.time() + self.skipped

    def now(self) -> str:
        """This moment; later by at least a microsecond than every answer before."""
        self._latest = max(int(self.time() * 1_000_000), self._latest + 1)
        seconds, micros = divmod(self._latest, 1_000_000)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{micros:06}Z"

    def call_later(self, seconds: float, function: Callable[..., None], *args: Any) -> None:
        """Run `function(*args)` once, when the clock has moved on by `seconds`.

        There is no way to cancel: a timer looks for itself whether it still matters.
        """
        due = self.time() + seconds
        self._number += 1
        heapq.heappush(self._timers, (due, self._number, function, args))

    def next_due(self) -> float | None:
        return self._timers[0][0] if self._timers else None

    def run_due_timers(self) -> None:
        while self._timers and self._timers[0][0] <= self.time():
            *_, function, args = heapq.heappop(self._timers)
            function(*args)

    def advance(self, seconds: float) -> None:
        """Skip `seconds`, running each timer that falls due at its own moment."""
        target = self.time() + seconds
        while self._timers and self._timers[0][0] <= target:
            self.skipped += max(0.0, self._timers[0][0] - self.time())
            self.run_due_timers()
        self.skipped += max(0.0, target - self.time())
