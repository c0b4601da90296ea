"""How often one address, customer or widget may act, counted by all processes in the cache."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest

from chatproxy import conf


class Limit(NamedTuple):
    """So many times in so many seconds."""

    times: int
    seconds: int


class Limits(NamedTuple):
    """An address may be a whole office, a widget a busy shop on its busiest day."""

    address: Limit
    customer: Limit
    widget: Limit


LIMITS = {
    "identity": Limits(Limit(30, 60), Limit(30, 60), Limit(600, 60)),
    "file": Limits(Limit(60, 60), Limit(20, 60), Limit(600, 60)),
    "socket": Limits(Limit(240, 60), Limit(60, 60), Limit(12_000, 60)),
    "expected": Limits(Limit(240, 60), Limit(60, 60), Limit(12_000, 60)),
    "act": Limits(Limit(300, 60), Limit(60, 60), Limit(12_000, 60)),
    "group": Limits(Limit(300, 60), Limit(300, 60), Limit(12_000, 60)),
}
# By the name of a URL; the others are acts.
KINDS = {"customer": "identity", "files": "file", "expected": "expected"}
SOCKETS = 200  # open at once from one address, in each process


def wait_before(kind: str, widget_key: str, address: str, token: str) -> int:
    """Seconds until this may be done again; 0 if it may be done now, which counts.

    Who is beyond a limit of their own does not use up what belongs to the widget.
    """
    if not conf.limits_hold():
        return 0
    limits = LIMITS[kind]
    who = hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""
    counted = [(f"address:{network_of(address)}", limits.address)]
    counted += [(f"customer:{who}", limits.customer)] if who else []
    counted += [(f"widget:{widget_key}", limits.widget)]
    waits = (wait_of(f"limit:{kind}:{name}", limit) for name, limit in counted)
    return next((seconds for seconds in waits if seconds), 0)


def wait_of(name: str, limit: Limit) -> int:
    """Count one more; the seconds that are left of the period if it is one too many."""
    period, passed = divmod(int(time.time()), limit.seconds)
    key = f"{name}:{period}"
    cache.add(key, 0, 2 * limit.seconds)
    return limit.seconds - passed if cache.incr(key) > limit.times else 0


def wait_before_request(request: HttpRequest, widget_key: str, token: str) -> int:
    """As `wait_before`, for a request that changes something, or has us ask for another group.

    Other reading is free. Of groups there may be any number, and LiveChat is asked for each.
    """
    if request.method not in ("GET", "HEAD"):
        name = request.resolver_match.url_name if request.resolver_match else ""
        kind = KINDS.get(str(name), "act")
    elif request.headers.get("X-Chat-Group"):
        kind = "group"
    else:
        return 0
    return wait_before(kind, widget_key, request.META.get("REMOTE_ADDR", ""), token)


def network_of(address: str) -> str:
    """The address; of IPv6 the network that one customer of a provider has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network(f"{parsed}/64", strict=False))
    return address


class OpenSockets:
    """How many websockets each address holds in this process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def is_full(self, address: str) -> bool:
        return conf.limits_hold() and self._open[network_of(address)] >= SOCKETS

    def add(self, address: str) -> None:
        self._open[network_of(address)] += 1

    def remove(self, address: str) -> None:
        self._open -= Counter([network_of(address)])


open_sockets = OpenSockets()


class Pace:
    """How many messages one socket may send in a second; what is too much is not heard."""

    MESSAGES = 30

    def __init__(self) -> None:
        self._second, self._heard = 0, 0

    def allows(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._heard = second, 0
        self._heard += 1
        return self._heard <= self.MESSAGES
