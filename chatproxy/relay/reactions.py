"""What to do when a customer's connection ends: one line for each of LiveChat's reasons.

Source: Customer Chat API v3.6, "customer_disconnected" and "Errors".
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatproxy.livechat.errors import (
    CustomerBanned,
    LicenseExpired,
    LiveChatError,
    Misconfigured,
    Refused,
    TokenRejected,
    Unreachable,
    UsersLimitReached,
    WrongRegion,
)
from chatproxy.livechat.rtm import Disconnected

SHORTEST = 1.0  # seconds
FIRST = 5.0  # seconds, at most, after the first loss
LONGEST = 60.0  # seconds
HOUR = 3600.0  # seconds; a longer block is looked at sooner
MINUTES = 120.0  # seconds, before looking again whether an organization has room or paid


@dataclass(frozen=True, slots=True)
class Reaction:
    """`delay` in seconds before the next try; None: wait for the customer to act.

    A `firm` delay is LiveChat's wish: not even an act of the customer shortens it.
    """

    delay: float | None
    region: str = ""
    advice: str | Promise = ""
    firm: bool = False


RENEWED = {"access_token_expired", "access_token_revoked"}  # each login sees to its token
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
    """Seconds to wait after so many tries in vain: anything up to a growing, capped limit."""
    return random.uniform(SHORTEST, min(LONGEST, FIRST * 2 ** min(tries, 10)))  # noqa: S311


def reaction_to(end: Disconnected | LiveChatError, tries: int) -> Reaction:
    """The right answer to the end of a connection or the refusal of a login.

    `tries` counts those in vain since the customer was last live.
    """
    if isinstance(end, Disconnected):
        return _to_disconnect(end, tries)
    return _to_refusal(end, tries)


def _to_disconnect(end: Disconnected, tries: int) -> Reaction:
    if end.reason in RENEWED:
        return Reaction(_at_first_at_once(tries))
    if end.reason == "misdirected_connection":
        return Reaction(_at_first_at_once(tries), region=str(end.data.get("region", "")))
    if end.reason == "license_expired":
        return Reaction(_around(MINUTES), advice=LicenseExpired.advice, firm=True)
    if end.reason == "customer_temporarily_blocked":
        return Reaction(_around(_seconds(end.data.get("timeout"))), firm=True)
    if end.reason in STOP:
        return Reaction(None, advice=STOP[end.reason])
    return Reaction(backoff(tries))


def _to_refusal(end: LiveChatError, tries: int) -> Reaction:
    match end:
        case WrongRegion():
            return Reaction(_at_first_at_once(tries), region=end.region)
        case UsersLimitReached() | LicenseExpired():
            return Reaction(_around(MINUTES), advice=end.advice, firm=True)
        case Unreachable(retry_after=float(asked)):
            return Reaction(asked + backoff(tries), firm=True)
        case Refused() | TokenRejected():
            return Reaction(None, advice=end.advice)
        case _:
            return Reaction(backoff(tries))


def _at_first_at_once(tries: int) -> float:
    return backoff(tries) if tries else 0


def _around(seconds: float) -> float:
    """Not everybody at the same moment."""
    return seconds * random.uniform(1, 1.5)  # noqa: S311


def _seconds(timeout: object) -> float:
    if isinstance(timeout, int | float) and SHORTEST <= timeout < HOUR:
        return float(timeout)
    return LONGEST
