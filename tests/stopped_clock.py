"""A clock that stands still, for what is counted by the minute or the hour."""

import datetime as dt
import time

import pytest


class StoppedClock:
    """Stands for `time` in one module; all others keep theirs."""

    def __init__(self) -> None:
        self._now = time.time()

    def time(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def go_on(self, seconds: float) -> None:
        self._now += seconds


def stop_clock_of(monkeypatch: pytest.MonkeyPatch, *modules: str) -> StoppedClock:
    """It is the same moment in all of them until the test ends."""
    clock = StoppedClock()
    for module in modules:
        monkeypatch.setattr(f"{module}.time", clock)
    return clock


class Calendar:
    """Stands for `timezone` in one module: it is always this moment."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now

    def now(self) -> dt.datetime:
        return self._now
