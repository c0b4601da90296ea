"""How fast customers log in to LiveChat: all of this process, or all of one organization.

A restart brings everybody back at once: we begin slowly, go faster with every login that
succeeds, and slow down when one is refused, because the next would be as well.
"""

from __future__ import annotations

from chatproxy.livechat.errors import (
    CustomerBanned,
    LiveChatError,
    NotConnected,
    RequestTimeout,
    TooManyRequests,
    Unreachable,
)
from chatproxy.livechat.rtm import Disconnected

FASTEST = 400.0  # logins a second: more than one core makes
CATCH_UP = 0.05  # seconds that a busy process may be late, and make up for
SLOWEST = 0.5
FIRST_PAUSE = 0.5  # seconds, after one refusal; twice as long after each that follows
MOST_DOUBLINGS = 12

# Source: Customer Chat API v3.6, "customer_disconnected".
REFUSING = {"too_many_unauthorized_connections", "service_temporarily_unavailable"}


def is_refusal_of_address(end: Disconnected | LiveChatError) -> bool:
    """Whether it says something of our address, so that anybody else would be refused as well."""
    return isinstance(end, Disconnected) and end.reason in REFUSING


def is_refusal_of_organization(end: Disconnected | LiveChatError) -> bool:
    """Whether it says something of the organization: its quota, or the region it is in."""
    return isinstance(end, TooManyRequests | NotConnected)


def is_silence(error: Unreachable) -> bool:
    """Whether nothing was answered: LiveChat gave up after a quarter of a minute, or we did."""
    return type(error) is Unreachable or isinstance(error, RequestTimeout)


def is_ban(end: Disconnected | LiveChatError) -> bool:
    """Whether the customer is banned. Many at once are: then the organization bans our address."""
    return isinstance(end.error if isinstance(end, Disconnected) else end, CustomerBanned)


class Pace:
    """`first_rate` is in logins a second, `longest_pause` in seconds; times are any clock's."""

    def __init__(self, first_rate: float, longest_pause: float) -> None:
        self.rate = first_rate
        self._longest_pause = longest_pause
        self._next_at = 0.0
        self._refusals = 0

    def wait(self, now: float) -> float:
        """Seconds until somebody may log in."""
        return max(0.0, self._next_at - now)

    def begin(self, now: float) -> None:
        """Somebody logs in now."""
        self._next_at = max(self._next_at, now - CATCH_UP) + 1 / self.rate

    def succeed(self) -> None:
        """Each success brings one more a second, so that the rate doubles about every second."""
        self._refusals = 0
        self.rate = min(FASTEST, self.rate + 1)

    def refuse(self, now: float, retry_after: float | None = None) -> None:
        """Half as fast from now on, after a pause that grows while it goes on."""
        doublings = min(self._refusals, MOST_DOUBLINGS)
        pause = retry_after or FIRST_PAUSE * 2**doublings
        self._refusals += 1
        self.rate = max(SLOWEST, self.rate / 2)
        self._next_at = max(self._next_at, now + min(pause, self._longest_pause))
