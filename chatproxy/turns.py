"""How many requests of a process run at once, while the others wait for their turn.

Python runs one thread at a time, so more do not get further. Of 300 that could run, each that has
asked Redis or the database for something waits for all the others before it can read the answer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

AT_ONCE = 32
STANDSTILL = 0.5  # seconds in which nobody's turn ends: something hangs, and nobody waits for that


class Turns:
    """One process's, given in the order in which they were asked for."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = at_once  # below zero where some went ahead
        self._ended = 0
        self._waiting: deque[threading.Lock] = deque()  # each is released when it is their turn
        self._guard = threading.Lock()

    @contextmanager
    def of_request(self) -> Iterator[None]:
        """The block begins when it is its turn, which is over after it."""
        self._begin()
        reset = _turns.set(self)
        try:
            yield
        finally:
            _turns.reset(reset)
            self._end()

    @contextmanager
    def of_others(self) -> Iterator[None]:
        """The block needs no turn. After it, it is ours again, or will be soon."""
        self._end()
        try:
            yield
        finally:
            self._begin()

    def _begin(self) -> None:
        with self._guard:
            if self._free > 0:
                self._free -= 1
                return
            mine, ended = threading.Lock(), self._ended
            mine.acquire()
            self._waiting.append(mine)
        while not mine.acquire(timeout=STANDSTILL):
            with self._guard:
                if self._ended == ended and mine in self._waiting:
                    self._waiting.remove(mine)
                    self._free -= 1
                    return
                ended = self._ended

    def _end(self) -> None:
        with self._guard:
            self._ended += 1
            if self._waiting and self._free >= 0:
                self._waiting.popleft().release()
            else:
                self._free += 1


# Of the request that this is the context of. Who works for nobody's request needs none.
_turns: ContextVar[Turns | None] = ContextVar("turns", default=None)


@contextmanager
def let_others_run() -> Iterator[None]:
    """For a block that waits for LiveChat or for another request, and does nothing else."""
    if turns := _turns.get():
        with turns.of_others():
            yield
    else:
        yield
