"""Notices when many customers are refused as banned at once: then their common address is banned.

All customers of a server reach LiveChat from one address, so whoever bans an address bans them all.
"""

from __future__ import annotations

import time
from itertools import count
from threading import Lock

from chatproxy.models import Customer

MANY = 5  # customers of one organization: one ban hits one, and people do not ban five at once
AT_ONCE = 600.0  # seconds
REMEMBERED = 1000  # refusals of one organization: enough to know


class Bans:
    """What one process has met lately."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._met: dict[str, dict[object, float]] = {}  # by organization: who, and when
        self._newcomers = count()

    def meet(self, customer: Customer) -> int:
        """How many customers of the organization were refused lately, with this one.

        Whoever is not stored yet is a new customer each time.
        """
        now = time.monotonic()
        with self._lock:
            known = self._met.get(customer.organization_id, {})
            met = {who: at for who, at in known.items() if now - at < AT_ONCE}
            if len(met) < REMEMBERED:
                met[customer.pk or f"newcomer {next(self._newcomers)}"] = now
            self._met[customer.organization_id] = met
            return len(met)
