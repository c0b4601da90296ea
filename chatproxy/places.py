"""How many requests of a process may wait for LiveChat at once, in all and for one part of it.

Each keeps a worker of the server for as long. While there are workers nobody is turned away. Where
LiveChat hangs, the last ones are left for who is a customer of another organization, needs another
region of it, or needs nothing of LiveChat.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple
from urllib.parse import urlsplit

from chatproxy import metrics
from chatproxy.counts import count_down
from chatproxy.livechat.errors import NoPlace


class Limit(NamedTuple):
    """While the part `crowd` of the workers waits, who has the part `most` of them gets no more."""

    crowd: float
    most: float


# A host is a region of LiveChat, or the accounts.
LIMITS = {
    "organization": Limit(10 / 11, 1 / 3),
    "host": Limit(0.95, 1 / 2),
    "livechat": Limit(0.98, 0),
}


class Name(NamedTuple):
    """What is waited for: which of LIMITS counts, and whose it is."""

    limit: str
    whose: str = ""


LIVECHAT = Name("livechat")


class Place:
    """A request's. It is for what was asked for last, and kept until the request ends."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.names: tuple[Name, ...] = ()
        self.is_over = False


class Places:
    """One process's, for so many workers."""

    def __init__(self, workers: int) -> None:
        self._limits = {
            name: Limit(*(max(1, int(workers * part)) for part in limit))
            for name, limit in LIMITS.items()
        }
        self._taken: Counter[Name] = Counter()
        self._guard = threading.Lock()

    @contextmanager
    def of_request(self) -> Iterator[None]:
        """What waits for LiveChat in this block takes one place, which is free after it."""
        place = Place(self)
        reset = _place.set(place)
        try:
            yield
        finally:
            _place.reset(reset)
            with self._guard:
                place.is_over = True
                self._give_back(place)

    def move(self, place: Place, *names: Name) -> None:
        """Raises NoPlace if others have taken all of one of these; the place is as it was then."""
        with self._guard:
            for name in names:
                if self._is_full(name, place):
                    metrics.turned_away.labels(name.limit).inc()
                    raise NoPlace(f"too many requests wait for {' '.join(filter(None, name))}")
            if not place.is_over:
                self._give_back(place)
                place.names = names
                self._taken.update(names)

    def _is_full(self, name: Name, place: Place) -> bool:
        limit = self._limits[name.limit]
        others = self._taken[LIVECHAT] - (LIVECHAT in place.names)
        return others >= limit.crowd and self._taken[name] - (name in place.names) >= limit.most

    def _give_back(self, place: Place) -> None:
        count_down(self._taken, place.names)
        place.names = ()


# Of the request that this is the context of. Who works for nobody's request keeps no worker.
_place: ContextVar[Place | None] = ContextVar("place", default=None)


def take_place(url: str, organization_id: str) -> None:
    """Wait for what is at this address from now on. Raises NoPlace if too many do."""
    if place := _place.get():
        names = [LIVECHAT, Name("host", urlsplit(url).netloc)]
        if organization_id:
            names.append(Name("organization", organization_id))
        place.places.move(place, *names)
