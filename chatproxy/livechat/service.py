"""What this client needs from whoever uses it: where LiveChat is, and ears for each request."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from chatproxy.livechat.errors import (
    LiveChatError,
    NoPlace,
    NotConnected,
    PendingRequestsLimitReached,
)

LONGEST_REGION = 7  # letters
FREE = 500  # the one HTTP status that LiveChat does not bill
# We hold back the ninth pending request: LiveChat, which refuses the eleventh, never has to.
NEVER_SENT = (NoPlace, NotConnected, PendingRequestsLimitReached)


class Reason(enum.StrEnum):
    """Why we ask LiveChat for something: each request is paid for."""

    AVAILABILITY = "availability"  # whether somebody is there, and which form to ask
    IDENTITY = "identity"  # a new customer
    RENEWAL = "renewal"  # another token for a customer we know
    OPENING = "opening"  # a panel opens: log in and read the chat
    RECONNECT = "reconnect"  # the connection was lost
    GAP = "gap"  # a push was lost or tells only half
    CUSTOMER = "customer"  # the customer does or wants something
    SEARCH = "search"  # has a message of unknown fate arrived?
    AGAIN = "again"  # the same once more, because of the token, the region or a pause
    GOODBYE = "goodbye"  # a customer is erased
    TEST = "test"  # an owner tries the connection


@dataclass(frozen=True, slots=True)
class Call:
    """One request to LiveChat, and how it ended.

    `transport` is web, rtm or accounts; it took so many `seconds`.
    """

    transport: str
    action: str
    reason: Reason
    seconds: float
    error: LiveChatError | None = None

    @property
    def is_billed(self) -> bool:
        """Failed requests are, too, but not those answered with status 500, nor what never left us.

        Source: LiveChat's "API pricing".
        """
        if self.error is None:
            return True
        return not isinstance(self.error, NEVER_SENT) and self.error.status != FREE


@dataclass(frozen=True, slots=True)
class VersionEnd:
    """LiveChat says when an API version reaches its next stage: Legacy or Deprecation."""

    version: str
    stage: str
    date: dt.date


class Ear(Protocol):
    """Who hears every word between us and LiveChat: whoever examines it, nobody in production."""

    def hear_answer(
        self, call: tuple[str, str], sent: Any, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """A request over HTTP and its answer; `call` is its transport and its action."""

    def hear_request(self, frame: dict[str, Any]) -> None:
        """A frame that we send over RTM."""

    def hear_frame(self, frame: dict[str, Any]) -> None:
        """A frame that LiveChat sends, a push or a response."""


class Service(Protocol):
    """LiveChat, as one process of ours reaches it."""

    @property
    def accounts_url(self) -> str:
        """The accounts service, without a slash at the end."""

    @property
    def api_url(self) -> str:
        """The APIs in the region `dal`, without a slash at the end."""

    @property
    def ear(self) -> Ear | None:
        """Who hears everything, if anybody does. Must return at once, and keep it to itself."""

    def knows_region(self, organization_id: str) -> bool:
        """Whether `last_region` answers at once."""

    def last_region(self, organization_id: str) -> str:
        """Where LiveChat last said this organization is, "" if it never did. It may wait."""

    def remember_region(self, organization_id: str, region: str) -> None:
        """LiveChat has just said so."""

    def take_place(self, url: str) -> None:
        """A thread is about to wait for an answer from there. Raises NoPlace if it must not."""

    def let_others_run(self) -> AbstractContextManager[None]:
        """Around what waits, for an answer or for a moment, and does nothing else."""

    def on_call(self, call: Call) -> None:
        """Told of each request when it has ended. Must return at once."""

    def on_version_end(self, end: VersionEnd) -> None:
        """Told with each answer of a version that is on its way out, in a thread: it may wait."""


@contextmanager
def tell_of_call(service: Service, transport: str, action: str, reason: Reason) -> Iterator[None]:
    """Time one request, and tell the service of it, whether it succeeds or not."""
    began, failure = perf_counter(), None
    try:
        yield
    except LiveChatError as error:
        failure = error
        raise
    finally:
        service.on_call(Call(transport, action, reason, perf_counter() - began, failure))


def is_region(name: str) -> bool:
    """Whether this can be part of a host's name: it came over the wire."""
    return name.isascii() and name.isalpha() and len(name) <= LONGEST_REGION
