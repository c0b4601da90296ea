"""Where organizations are: all processes share it, and each looks it up once in a while."""

from __future__ import annotations

import time

from django.core.cache import cache

KEPT = 86_400  # seconds
LOOK_EVERY = 60.0  # seconds; whoever asks in the wrong region is told the right one at once
MOST = 10_000  # organizations known to one process
NEVER = "", 0.0  # looked up


class Regions:
    """What LiveChat last said of each organization. Any thread may ask."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}  # the region, and until when it holds

    def knows(self, organization_id: str) -> bool:
        """Whether `last` need not look it up."""
        return time.monotonic() < self._known.get(organization_id, NEVER)[1]

    def last(self, organization_id: str) -> str:
        """The region's name, "" if LiveChat never said."""
        region, until = self._known.get(organization_id, NEVER)
        if time.monotonic() < until:
            return region
        region = str(cache.get(_key(organization_id), ""))
        self._know(organization_id, region)
        return region

    def remember(self, organization_id: str, region: str) -> None:
        """LiveChat has just said so."""
        self._know(organization_id, region)
        cache.set(_key(organization_id), region, KEPT)

    def _know(self, organization_id: str, region: str) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[organization_id] = (region, time.monotonic() + LOOK_EVERY)


def _key(organization_id: str) -> str:
    return f"region:{organization_id}"
