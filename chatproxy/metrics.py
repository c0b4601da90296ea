"""What is counted of our dealings with LiveChat, for whoever watches this process."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.rtm import Disconnected
from chatproxy.livechat.service import Call, VersionEnd


class PushHistogram(Collector):
    """For the event loop alone, so without the locks of `Histogram`: a seventh of its work."""

    def __init__(self, name: str, documentation: str, buckets: Sequence[float]) -> None:
        self._name, self._documentation, self._bounds = name, documentation, buckets
        self._counts = [0] * (len(buckets) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def collect(self) -> Iterator[Metric]:
        names = [*map(str, self._bounds), "+Inf"]
        buckets = [*zip(names, accumulate(self._counts), strict=True)]
        yield HistogramMetricFamily(
            self._name, self._documentation, buckets=buckets, sum_value=self._sum
        )


calls = Histogram(
    "chat_livechat_call_seconds",
    "LiveChat's answers, by transport (web, rtm, accounts) and action.",
    ["transport", "action"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
requests = Counter(
    "chat_livechat_requests",
    "Requests to LiveChat, each of which is paid for, by action and by why we asked.",
    ["action", "reason"],
)
errors = Counter(
    "chat_livechat_errors",
    "Calls that failed, by transport and LiveChat's error type, or our name where it has none.",
    ["transport", "type"],
)
ends = Counter(
    "chat_livechat_connections_ended",
    "Customers' connections to LiveChat that ended, by LiveChat's reason or error.",
    ["reason"],
)
address_bans = Counter(
    "chat_livechat_address_bans",
    "Times that many customers of an organization were refused as banned at once: all customers "
    "come from one address.",
)
turned_away = Counter(
    "chat_requests_turned_away",
    "Requests that were not let wait for LiveChat as too many do, by what reached its "
    "limit: organization, host (a region, or the accounts) or livechat.",
    ["limit"],
)
version_ends = Gauge(
    "chat_livechat_version_end_timestamp_seconds",
    "When LiveChat says that an API version in use reaches its next stage.",
    ["version", "stage"],
)
# One for all pushes, so that none looks a label up: this is counted thousands of times a second.
push = PushHistogram(
    "chat_push_seconds",
    "From a push received to the fragment written to each tab.",
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0),
)
REGISTRY.register(push)


def count_call(call: Call) -> None:
    """Count one request to LiveChat if it costs, how long it took, and how it failed if it did."""
    calls.labels(call.transport, call.action).observe(call.seconds)
    if call.is_billed:
        requests.labels(call.action, call.reason).inc()
    if call.error:
        errors.labels(call.transport, name_of(call.error)).inc()


def set_version_end(end: VersionEnd) -> None:
    midnight = dt.datetime.combine(end.date, dt.time(), dt.UTC)
    version_ends.labels(end.version, end.stage).set(midnight.timestamp())


def count_end(end: Disconnected | LiveChatError) -> None:
    """Count the end of a customer's connection, or the login that brought none."""
    ends.labels(end.reason if isinstance(end, Disconnected) else name_of(end)).inc()


def name_of(error: LiveChatError) -> str:
    """LiveChat's type for this error; ours for one that LiveChat has no word for."""
    return error.type or type(error).__name__
