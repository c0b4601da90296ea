"""How far a long command is, for whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 5.0  # seconds between two lines


class Progress:
    """Writes a line every few seconds: what is done, and how many of it."""

    def __init__(self, write: Callable[[str], object], what: str) -> None:
        self._write, self._what = write, what
        self._wrote_at = time.monotonic()

    def tell(self, done: int) -> None:
        if time.monotonic() - self._wrote_at >= EVERY:
            self._wrote_at = time.monotonic()
            self._write(f"{self._what}: {done} so far")
