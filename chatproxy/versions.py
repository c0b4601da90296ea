"""When LiveChat ends its versions: all processes share it, and each tells of it once in a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.db import connections

from chatproxy import metrics
from chatproxy.livechat.service import VersionEnd

logger = logging.getLogger(__name__)

KEPT = 86_400  # seconds
TELL_EVERY = 600.0  # seconds; each answer of such a version says it


class VersionEnds:
    """What LiveChat said lately. Any thread may tell; it waits for the cache."""

    def __init__(self) -> None:
        self._told: dict[VersionEnd, float] = {}  # until when that is enough

    def hear(self, end: VersionEnd) -> None:
        """Into the log once a day for all processes, and kept for whoever owns a widget."""
        now = time.monotonic()
        if now < self._told.get(end, 0.0):
            return
        self._told[end] = now + TELL_EVERY
        metrics.set_version_end(end)
        with _leaving_no_connection():
            if cache.add(_key(end.version), end, KEPT):
                logger.warning("LiveChat's version %s: %s on %s", end.version, end.stage, end.date)


def version_end(version: str) -> VersionEnd | None:
    """When LiveChat ends this version, if it said so today."""
    end: VersionEnd | None = cache.get(_key(version))
    return end


@contextmanager
def _leaving_no_connection() -> Iterator[None]:
    """Close what is opened, should the cache be in the database: the thread is of no request."""
    unused = [connection for connection in connections.all() if connection.connection is None]
    try:
        yield
    finally:
        for connection in unused:
            connection.close()


def _key(version: str) -> str:
    return f"version_end:{version}"
