"""What Prometheus is told, and who may ask."""

import datetime as dt
from ipaddress import ip_network

import pytest
from django.test import Client
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from chatproxy import metrics
from chatproxy.metrics import PushHistogram
from chatproxy.versions import version_end
from tests.sandbox_rig import Sandbox
from tests.steps import steps_of
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples() -> Samples:
    """Every sample of /metrics by its name and labels."""
    text = Client().get("/metrics").content.decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def grown(before: Samples, name: str, **labels: str) -> float:
    """By how much a sample has grown since; 0 if there is none."""
    key = (name, tuple(sorted(labels.items())))
    return samples().get(key, 0) - before.get(key, 0)


def billed(before: Samples) -> dict[tuple[str, str], float]:
    """The requests counted since, by action and reason."""
    return {
        (labels["action"], labels["reason"]): value - before.get((name, pairs), 0)
        for (name, pairs), value in samples().items()
        if name == "chat_livechat_requests_total" and value > before.get((name, pairs), 0)
        for labels in [dict(pairs)]
    }


def test_the_machine_itself_may_read_the_metrics() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_the_machine_itself_may_read_them_where_a_socket_for_ipv6_serves_ipv4() -> None:
    assert Client().get("/metrics", REMOTE_ADDR="::ffff:127.0.0.1").status_code == 200
    assert Client().get("/metrics", REMOTE_ADDR="::ffff:203.0.113.5").status_code == 404


def test_who_comes_through_nat64_is_not_the_machine_itself() -> None:
    assert Client().get("/metrics", REMOTE_ADDR="64:ff9b::127.0.0.1").status_code == 404


def test_to_strangers_there_is_no_such_page() -> None:
    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404


def test_an_invalid_address_may_not_read_the_metrics() -> None:
    assert Client().get("/metrics", REMOTE_ADDR="").status_code == 404


def test_a_network_may_be_let_in(settings: Settings) -> None:
    settings.METRICS_ALLOW = [ip_network("203.0.113.0/24")]
    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 200
    assert Client().get("/metrics").status_code == 404


def test_customers_are_counted_in_every_state_from_the_beginning() -> None:
    states = {dict(labels)["state"] for name, labels in samples() if name == "chat_customers"}
    assert states == {"connecting", "resuming", "live", "waiting", "refused", "closed"}


def counted(histogram: PushHistogram | Histogram) -> list[str]:
    """What Prometheus is told of it."""
    registry = CollectorRegistry()
    registry.register(histogram)
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_created" not in line]


def test_pushes_are_counted_as_the_library_would_count_them() -> None:
    bounds = (0.0001, 0.05, 1.0)
    ours = PushHistogram("push_seconds", "How long.", bounds)
    library = Histogram("push_seconds", "How long.", buckets=bounds, registry=None)
    for seconds in (0.00001, 0.0001, 0.02, 0.05, 1.0, 1.5, 60.0):
        ours.observe(seconds)
        library.observe(seconds)
    assert counted(ours) == counted(library)


def test_a_push_is_counted_in_few_steps() -> None:
    """Thousands of times a second."""
    assert steps_of(lambda: metrics.push.observe(0.0005)) < 5


def test_a_request_is_counted_by_its_view(visitor: Visitor) -> None:
    before = samples()
    visitor.ask("get", "")
    labels = {"method": "GET", "view": "widget:panel", "status": "200"}
    assert grown(before, "chat_request_seconds_count", **labels) == 1


def test_requests_that_nobody_can_name_share_one_label(db: None) -> None:
    before = samples()
    for path in ("/wp-login.php", "/.env"):
        Client().get(path, HTTP_HOST="localhost")
    labels = {"method": "GET", "view": "none", "status": "404"}
    assert grown(before, "chat_request_seconds_count", **labels) == 2


def test_an_invented_method_makes_no_label(db: None) -> None:
    before = samples()
    Client().generic("BREW", "/coffee", HTTP_HOST="localhost")
    labels = {"method": "OTHER", "view": "none", "status": "404"}
    assert grown(before, "chat_request_seconds_count", **labels) == 1


def test_livechats_answers_are_timed_by_action(customer: Visitor) -> None:
    before = samples()
    customer.send("Hello")
    labels = {"transport": "web", "action": "start_chat"}
    assert grown(before, "chat_livechat_call_seconds_count", **labels) == 1


def test_a_refusal_is_counted_by_livechats_word(customer: Visitor, sandbox: Sandbox) -> None:
    sandbox.fault("error", type="group_not_found")
    before = samples()
    customer.send("Hello")
    labels = {"transport": "web", "type": "group_not_found"}
    assert grown(before, "chat_livechat_errors_total", **labels) >= 1


@pytest.mark.night  # by day one of their words is
def test_what_livechat_has_no_word_for_is_counted_by_ours(
    customer: Visitor,
    settings: Settings,
) -> None:
    settings.LIVECHAT_API_URL = "http://127.0.0.1:1"
    before = samples()
    customer.send("Hello")
    labels = {"transport": "web", "type": "NotConnected"}
    assert grown(before, "chat_livechat_errors_total", **labels) >= 1


def test_what_livechat_bills_is_counted_by_action_and_reason(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    before = samples()
    visitor.introduce()
    sandbox.fault("token_expired")
    visitor.send("Hello")
    assert billed(before) == {
        ("exchange", "identity"): 1,
        ("start_chat", "customer"): 1,
        ("exchange", "renewal"): 1,
        ("start_chat", "again"): 1,
    }


def test_the_end_of_a_version_is_shown_as_a_date(add_widget: AddWidget) -> None:
    metrics.version_ends.clear()
    add_widget("old", api_version="3.5")
    old = Visitor("old")
    old.introduce()
    old.send("Hello")
    labels = (("stage", "Legacy"), ("version", "3.5"))
    shown = samples()["chat_livechat_version_end_timestamp_seconds", labels]
    end = version_end("3.5")
    assert end
    assert dt.datetime.fromtimestamp(shown, dt.UTC) == dt.datetime.combine(
        end.date, dt.time(), dt.UTC
    )


def test_what_never_left_us_is_not_counted_as_billed(customer: Visitor, settings: Settings) -> None:
    settings.LIVECHAT_API_URL = "http://127.0.0.1:1"
    before = samples()
    customer.send("Hello")
    assert billed(before) == {}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", marks=pytest.mark.night),
        pytest.param("<html>", marks=pytest.mark.night),
        {"error": {"type": "of_tomorrow"}},
        pytest.param({"oauth_exception": "server_error"}, marks=pytest.mark.night),
    ],
)
def test_an_answer_with_status_500_is_not_counted_as_billed(
    customer: Visitor, sandbox: Sandbox, body: object
) -> None:
    before = samples()
    sandbox.fault("status", status=500, body=body)
    customer.send("Hello")
    Visitor(customer.key).introduce()
    assert billed(before) == {}


@pytest.mark.parametrize("status", [pytest.param(200, marks=pytest.mark.night), 502])
def test_a_failure_with_another_status_is_counted_as_billed(
    customer: Visitor, sandbox: Sandbox, status: int
) -> None:
    customer.send("Hello")
    before = samples()
    body = {"error": {"type": "internal", "message": "Internal server error"}}
    sandbox.fault("status", status=status, method="update_thread_properties", body=body)
    customer.ask("post", "rating", {"score": "good"})
    assert billed(before)["update_thread_properties", "customer"] == 1
