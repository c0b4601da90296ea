"""The cache in the memory of one process, where there is no Redis."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache


class TidyLocMemCache(LocMemCache):
    """The memory of this process, without what has expired.

    Django's own keeps that until somebody asks for it, which for a key that is used once is never.
    """

    SWEPT_EVERY = 60.0  # seconds
    _swept_at = 0.0  # of all threads: each has an instance, they share what is kept

    def _set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> None:
        super()._set(key, value, timeout)  # type: ignore[misc]  # not in the stubs; under the lock
        now = time.time()
        if now - TidyLocMemCache._swept_at < self.SWEPT_EVERY:
            return
        TidyLocMemCache._swept_at = now
        expire_info: dict[str, float | None] = vars(self)["_expire_info"]
        for ended in [key for key, at in expire_info.items() if at is not None and at <= now]:
            self._delete(ended)  # type: ignore[attr-defined]
