"""How often one address, customer or widget may act, counted by all processes in the cache."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from redis import Redis
from redis.exceptions import RedisError

from chatproxy import conf
from chatproxy.counts import count_down
from chatproxy.redis import key_of, shared_redis
from widget.networks import networks_of

logger = logging.getLogger(__name__)


class Limit(NamedTuple):
    """So many times in so many seconds."""

    times: int
    seconds: int

    def for_as_many(self, share: int) -> Limit:
        """As many times for each of so many who share it."""
        return Limit(self.times * share, self.seconds)


class Limits(NamedTuple):
    """An address may be a whole office, a widget a busy shop on its busiest day.

    Without a limit for the widget, those who are counted use up nothing for the others.
    """

    address: Limit
    customer: Limit
    widget: Limit | None


LIMITS = {
    "identity": Limits(Limit(30, 60), Limit(30, 60), Limit(600, 60)),
    "file": Limits(Limit(60, 60), Limit(20, 60), Limit(600, 60)),
    "socket": Limits(Limit(240, 60), Limit(60, 60), Limit(12_000, 60)),
    "expected": Limits(Limit(240, 60), Limit(60, 60), Limit(12_000, 60)),
    "act": Limits(Limit(300, 60), Limit(60, 60), Limit(12_000, 60)),
    "told": Limits(Limit(600, 60), Limit(60, 60), Limit(12_000, 60)),
    "group": Limits(Limit(300, 60), Limit(300, 60), Limit(12_000, 60)),
    "welcome": Limits(Limit(300, 60), Limit(60, 60), Limit(12_000, 60)),
    "reading": Limits(Limit(600, 60), Limit(60, 60), Limit(12_000, 60)),
    "page": Limits(Limit(60, 60), Limit(20, 60), Limit(600, 60)),
    # Whoever says that they are LiveChat; then LiveChat itself, of which there is one.
    "call": Limits(Limit(6000, 60), Limit(6000, 60), None),
    "webhook": Limits(Limit(6000, 60), Limit(6000, 60), Limit(12_000, 60)),
    # LiveChat, about a group that is not known: beyond it a panel goes without.
    "asking": Limits(Limit(20, 60), Limit(20, 60), Limit(60, 60)),
    "transcript": Limits(Limit(30, 60), Limit(10, 60), Limit(600, 60)),
}
# By the name of a URL. What changes something is an act otherwise; other reading is free,
# because it asks LiveChat for nothing.
CHANGES = {
    "customer": "identity",
    "files": "file",
    "expect_tab": "expected",
    "webhook": "call",
}
READING = {
    "welcome": "welcome",
    "history": "reading",
    "form": "reading",
    "chat_form": "reading",
    "plain_log": "reading",
    "stream": "socket",
}
SOCKETS = 200  # open at once from one address, in each process

# Counts one more under each key in turn, up to the first that is over its limit; its number.
COUNT = """
for number, key in ipairs(KEYS) do
  local count = redis.call("INCR", key)
  if count == 1 then redis.call("EXPIRE", key, ARGV[2 * number]) end
  if count > tonumber(ARGV[2 * number - 1]) then return number end
end
return 0
"""


def wait_before(kind: str, widget_key: str, address: str, who: str) -> int:
    """Seconds until this may be done again; 0 if it may be done now, which counts.

    Who is beyond a limit of their own does not use up what belongs to the widget. `who` is the
    customer's token or another name of theirs, "" for nobody we know.
    """
    if not conf.limits_hold():
        return 0
    counted = list(counts_of(kind, widget_key, address, who))
    over = first_over(counted)
    return over.seconds - int(time.time()) % over.seconds if over else 0


def counts_of(kind: str, widget_key: str, address: str, who: str) -> Iterator[tuple[str, Limit]]:
    """What counts this, by name: the narrowest first, the widget last."""
    limits = LIMITS[kind]
    # A server behind a Unix socket knows no addresses: everybody would be one.
    for network, share in networks_of(address) if address else ():
        yield f"limit:{kind}:address:{network}", wider(limits, share)
    if who:
        hashed = hashlib.sha256(who.encode()).hexdigest()[:16]
        yield f"limit:{kind}:customer:{hashed}", limits.customer
    if limits.widget:
        yield f"limit:{kind}:widget:{widget_key}", limits.widget


def wider(limits: Limits, share: int) -> Limit:
    """An address's limit for as many; never so much that the widget is used up."""
    times, seconds = limits.address.for_as_many(share)
    most = max(limits.address.times, limits.widget.times // 2) if limits.widget else times
    return Limit(min(times, most), seconds)


def first_over(counted: Sequence[tuple[str, Limit]]) -> Limit | None:
    """Count one more under each name, up to the first limit that this is beyond."""
    now = int(time.time())
    names = [f"{name}:{now // limit.seconds}" for name, limit in counted]
    redis = shared_redis()
    if redis:
        return count_at_once(redis, names, [limit for _, limit in counted])
    for name, (_, limit) in zip(names, counted, strict=True):
        cache.add(name, 0, 2 * limit.seconds)
        if count(name) > limit.times:
            return limit
    return None


def count(name: str) -> int:
    """One more; 1 in a cache that remembers nothing, or was so full that it dropped the name."""
    try:
        return cache.incr(name)
    except ValueError:
        return 1


def count_at_once(redis: Redis, names: list[str], limits: list[Limit]) -> Limit | None:
    """As `first_over`, in one go. While Redis is away everybody passes."""
    arguments = [number for limit in limits for number in (limit.times, 2 * limit.seconds)]
    try:
        over = int(redis.eval(COUNT, len(names), *map(key_of, names), *arguments))
    except RedisError as error:
        logger.warning("nobody is counted: %s", type(error).__name__)
        return None
    return limits[over - 1] if over else None


def wait_before_request(request: HttpRequest, widget_key: str, who: str) -> int:
    """As `wait_before`, for a request that changes something or has us ask LiveChat.

    Of groups there may be any number, and LiveChat is asked for each.
    """
    kind = kind_of(request)
    return wait_before(kind, widget_key, request.META.get("REMOTE_ADDR", ""), who) if kind else 0


def kind_of(request: HttpRequest) -> str:
    """By which limits a request counts, "" for none."""
    name = str(request.resolver_match.url_name) if request.resolver_match else ""
    if request.method not in ("GET", "HEAD"):
        return CHANGES.get(name, "act")
    return READING.get(name, "group" if request.headers.get("X-Chat-Group") else "")


class SocketCounts:
    """How many websockets each address holds in this process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def is_full(self, address: str) -> bool:
        if not address or not conf.limits_hold():
            return False
        return any(
            self._open[network] >= SOCKETS * share for network, share in networks_of(address)
        )

    def add(self, address: str) -> None:
        self._open.update(network for network, _ in networks_of(address))

    def remove(self, address: str) -> None:
        count_down(self._open, (network for network, _ in networks_of(address)))


class Told:
    """How often sockets had LiveChat told something in this minute, in this process.

    Whoever types must not wait for a cache, and one that is shared would be asked for each word.
    """

    def __init__(self) -> None:
        self._minute, self._counts = 0, Counter[str]()

    def allows(self, widget_key: str, address: str, who: str) -> bool:
        """Whether LiveChat may be told something more, which counts. `who` as in `wait_before`."""
        if not conf.limits_hold():
            return True
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        for name, limit in counts_of("told", widget_key, address, who):
            self._counts[name] += 1
            if self._counts[name] > limit.times:
                return False
        return True


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
