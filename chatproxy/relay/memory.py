"""What was read last, kept small: a second tab, or the next page, is shown it without asking."""

from __future__ import annotations

import pickle
import zlib

from chatproxy.livechat.pushes import (
    EventPreview,
    Push,
    Thinking,
    Typing,
)
from chatproxy.livechat.structures import Event
from chatproxy.relay.updates import Snapshot

PASSING = (EventPreview, Thinking, Typing)  # worth nothing a moment later
MOST_PUSHES = 10  # since the last reading; each is a kilobyte for as long as the customer is here
LEVEL = 1  # zlib's: a conversation becomes a tenth of its size at any level


class Memory:
    """The last snapshot, and what was pushed since its reading began."""

    __slots__ = ("_packed", "_pushes")

    def __init__(self) -> None:
        self._packed: bytes | None = None
        self._pushes: list[Push] | None = None  # None: too many, or nothing was read

    def begin(self) -> None:
        """A reading begins: from now on every push counts."""
        self._packed, self._pushes = None, []

    def forget(self) -> None:
        self._packed = self._pushes = None

    def hear(self, push: Push) -> None:
        if self._pushes is None or isinstance(push, PASSING):
            return
        if len(self._pushes) == MOST_PUSHES:
            self.forget()
        else:
            self._pushes.append(push)

    def keep(self, snapshot: Snapshot) -> None:
        """This is what the reading found."""
        if self._pushes is not None:
            self._packed = zlib.compress(pickle.dumps(snapshot), LEVEL)

    def recall(self) -> tuple[Snapshot, list[Push]] | None:
        """The snapshot, and what to tell after it. None: it must be read."""
        if self._packed is None or self._pushes is None:
            return None
        # Our own bytes, which have never left this process.
        snapshot: Snapshot = pickle.loads(zlib.decompress(self._packed))  # noqa: S301
        return snapshot, [*self._pushes]

    def find(self, event_id: str) -> Event | None:
        """The event as it is now, if it is remembered whole."""
        if (recalled := self.recall()) is None:
            return None
        snapshot, pushes = recalled
        told: list[Event | None] = [getattr(push, "event", None) for push in reversed(pushes)]
        told += [event for thread in snapshot.threads for event in thread.events]
        return next((event for event in told if event and event.id == event_id), None)
