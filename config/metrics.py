"""Metrics for Prometheus at /metrics: what this process does, and what it counted."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chatproxy.relay.updates import State
from widget.networks import address_of
from widget.running import running

requests = Histogram(
    "chat_request_seconds",
    "Requests answered, by method, view and status.",
    ["method", "view", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
requests_running = Gauge(
    "chat_requests_running",
    "Requests in work: each has a worker thread, those above chat_workers wait for one.",
)
workers = Gauge("chat_workers", "Worker threads there may be (WORKER_THREADS).")
workers.set(settings.WORKER_THREADS)


class RelayCollector(Collector):
    """The relay as it is when asked: counting on the way would cost every push."""

    def collect(self) -> Iterator[Metric]:
        customers = GaugeMetricFamily(
            "chat_customers", "Customers held, by the state of their connection.", labels=["state"]
        )
        relay = running().relay
        states = relay.states()
        for state in State:
            customers.add_metric([state.value], states[state])
        yield customers
        yield GaugeMetricFamily("chat_tabs", "Tabs that are shown a chat.", relay.tabs())
        yield GaugeMetricFamily(
            "chat_pushes_held",
            "Pushes that wait for a tab's snapshot.",
            relay.pushes_waiting(),
        )


REGISTRY.register(RelayCollector())
# A second sample for each, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]


def metrics(request: HttpRequest) -> HttpResponse:
    """Everything counted, as text. To addresses of METRICS_ALLOW; to others there is no such page.

    Source: Prometheus, "Exposition formats".
    """
    if not is_allowed(request.META.get("REMOTE_ADDR", "")):
        return HttpResponseNotFound()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def is_allowed(address: str) -> bool:
    """Whether a network of METRICS_ALLOW holds this address."""
    client = address_of(address)
    return client is not None and any(client in network for network in settings.METRICS_ALLOW)
