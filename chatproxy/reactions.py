"""What to do when a customer's connection ends: one line for each of LiveChat's reasons.

Source: Customer Chat API v3.6, "customer_disconnected" and "Errors".
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import (
    CustomerBanned,
    LicenseExpired,
    LiveChatError,
    Misconfigured,
    Refused,
    TokenRejected,
    TooManyRequests,
    Unreachable,
    UsersLimitReached,
    WrongRegion,
)
from .rtm import Disconnected

FIRST_DELAY = 1.0  # seconds
LONGEST_DELAY = 60.0  # seconds
MINUTES = 120.0  # seconds, before looking again whether an organization has room or paid


@dataclass(frozen=True, slots=True)
class Reaction:
    """`delay` in seconds before the next try; None: wait for the customer to act."""

    delay: float | None
    renew_token: bool = False
    region: str = ""
    advice: str | Promise = ""

    @property
    def is_final(self) -> bool:
        return self.delay is None


RENEW = {"access_token_expired", "access_token_revoked"}
STOP: dict[str, str | Promise] = {
    "too_many_connections": _("This chat is open in too many places. Close some, then reload."),
    "license_not_found": Misconfigured.advice,
    "unsupported_version": Misconfigured.advice,
    "product_version_changed": Misconfigured.advice,
    "logged_out_remotely": _("You were signed out of this chat. Write again to come back."),
    "customer_banned": CustomerBanned.advice,
    "inactivity_timeout": "",  # a wish to hear from the customer, nothing to worry them with
}


def backoff(tries: int) -> float:
    """Seconds to wait after this many tries in vain: growing, capped, with full jitter."""
    return random.uniform(0, min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(tries, 10)))  # noqa: S311


def reaction_to(end: Disconnected | LiveChatError, tries: int) -> Reaction:
    """The right answer to the end of a connection or the refusal of a login.

    `tries` counts those in vain since the customer was last live.
    """
    if isinstance(end, Disconnected):
        return _to_disconnect(end, tries)
    return _to_refusal(end, tries)


def _to_disconnect(end: Disconnected, tries: int) -> Reaction:
    if end.reason in RENEW:
        return Reaction(backoff(tries) if tries else 0, renew_token=True)
    if end.reason == "misdirected_connection":
        return Reaction(backoff(tries) if tries else 0, region=str(end.data.get("region", "")))
    if end.reason == "license_expired":
        return Reaction(_around(MINUTES), advice=LicenseExpired.advice)
    if end.reason == "customer_temporarily_blocked":
        return Reaction(_around(_seconds(end.data.get("timeout"))))
    if end.reason in STOP:
        return Reaction(None, advice=STOP[end.reason])
    return Reaction(backoff(tries))


def _to_refusal(end: LiveChatError, tries: int) -> Reaction:
    match end:
        case TokenRejected() if tries == 0:
            return Reaction(0, renew_token=True)
        case WrongRegion():
            return Reaction(backoff(tries) if tries else 0, region=end.region)
        case UsersLimitReached() | LicenseExpired():
            return Reaction(_around(MINUTES), advice=end.advice)
        case TooManyRequests(retry_after=float(asked)):
            return Reaction(asked + backoff(tries))
        case Unreachable() | TokenRejected():
            return Reaction(backoff(tries), renew_token=isinstance(end, TokenRejected))
        case Refused():
            return Reaction(None, advice=end.advice)
        case _:
            return Reaction(backoff(tries))


def _around(seconds: float) -> float:
    """Not everybody at the same moment."""
    return seconds * random.uniform(1, 1.5)  # noqa: S311


def _seconds(timeout: object) -> float:
    known = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    return max(FIRST_DELAY, float(timeout)) if known else LONGEST_DELAY  # type: ignore[arg-type]
