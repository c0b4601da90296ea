"""What is counted of our dealings with LiveChat, for whoever watches this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Histogram

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.rtm import Disconnected

calls = Histogram(
    "chat_livechat_call_seconds",
    "LiveChat's answers, by transport (web, rtm, accounts) and action.",
    ["transport", "action"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
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
# One for all pushes, so that none looks a label up: this is counted thousands of times a second.
push = Histogram(
    "chat_push_seconds",
    "From a push received to the fragment written to each tab.",
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5),
)


@contextmanager
def call(transport: str, action: str) -> Iterator[None]:
    """Time one call to LiveChat; if it fails, count how."""
    began = perf_counter()
    try:
        yield
    except LiveChatError as error:
        errors.labels(transport, name_of(error)).inc()
        raise
    finally:
        calls.labels(transport, action).observe(perf_counter() - began)


def connection_ended(end: Disconnected | LiveChatError) -> None:
    """Count the end of a customer's connection, or the login that brought none."""
    ends.labels(end.reason if isinstance(end, Disconnected) else name_of(end)).inc()


def name_of(error: LiveChatError) -> str:
    """LiveChat's type for this error; ours for one that LiveChat has no word for."""
    return error.type or type(error).__name__
