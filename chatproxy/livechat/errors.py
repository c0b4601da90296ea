"""What can go wrong between us and LiveChat, and what to do about it.

* LiveChatError
    * Unreachable             no usable answer; a change may or may not have happened
        * NotConnected        the request never left us: nothing happened
        * NoPlace             nor did this one: too many wait for LiveChat already
        * Internal, ServiceUnavailable, RequestTimeout
        * TooManyRequests     wait, then the same again
    * TokenRejected           ask accounts for a new token, then once more
    * WrongRegion             go to the region it names, then once more
    * Refused                 the same request will be refused again
        * ChatInactive, ChatAlreadyActive, ChatLimitReached, NotFound, ...
        * Misconfigured       the owner has to act, not the customer

Sources: Customer Chat API v3.6, "Errors"; Customer Accounts API v2, "Errors".
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_WAIT = 24 * 3600  # seconds that LiveChat may ask for


class LiveChatError(Exception):
    """LiveChat did not do what we asked. `advice` is fit for the customer's eyes.

    `status` is that of its answer over HTTP, 0 if there was none.
    """

    type: ClassVar[str] = ""
    status = 0
    advice: ClassVar[str | Promise] = _("Something went wrong. Please try again.")

    def __init__(self, message: str = "", data: dict[str, Any] | None = None) -> None:
        super().__init__(message or self.type)
        self.data = data or {}


class Unreachable(LiveChatError):
    """No usable answer: network, time-out, unreadable body. The outcome is unknown.

    `retry_after` seconds were asked for, or None; so is what makes no sense.
    """

    advice = _("We can't reach the chat right now. Please try again in a moment.")

    @property
    def retry_after(self) -> float | None:
        value = self.data.get("retry_after")
        if isinstance(value, int | float) and 0 <= value <= LONGEST_WAIT:
            return float(value)
        return None


class NotConnected(Unreachable):
    """The request never left us, so nothing has happened."""


class NoPlace(Unreachable):
    """Too many of our requests wait for the same, so this one does not begin. Nothing happened.

    Unlike NotConnected it is not tried again at once.
    """


class Internal(Unreachable):
    type = "internal"
    status = 500  # over RTM, too


class ServiceUnavailable(Unreachable):
    type = "service_unavailable"


class RequestTimeout(Unreachable):
    type = "request_timeout"


class TooManyRequests(Unreachable):
    type = "too_many_requests"
    advice = _("That was a lot at once. Please wait a moment, then try again.")


class PendingRequestsLimitReached(TooManyRequests):
    type = "pending_requests_limit_reached"


class TokenRejected(LiveChatError):
    type = "authentication"
    advice = _("We could not sign you in to the chat. Please try again.")


class WrongRegion(LiveChatError):
    type = "misdirected_request"

    @property
    def region(self) -> str:
        return str(self.data.get("region", ""))


class Refused(LiveChatError):
    """LiveChat said no. Asking the same again will not help."""


class NotAuthorized(Refused):
    type = "authorization"
    advice = _("You can't do that in this chat.")


class Invalid(Refused):
    type = "validation"
    advice = _("The chat did not accept this message. Change it, then send it again.")


class ChatInactive(Refused):
    type = "chat_inactive"
    advice = _("This chat has ended. Write again to continue.")


class ChatAlreadyActive(Refused):
    type = "chat_already_active"


class ChatLimitReached(Refused):
    type = "chat_limit_reached"


class LimitReached(ChatLimitReached):
    """The documented name of ChatLimitReached, used for other limits as well."""

    type = "limit_reached"


class ChatAnonymized(Refused):
    type = "chat_anonymized"
    advice = _("This chat has been erased. Start a new one to continue.")


class CustomerBanned(Refused):
    type = "customer_banned"
    advice = _("You can't chat here at the moment.")


class IdentityLost(Refused):
    """LiveChat no longer knows this customer: forget them and begin anew."""

    advice = _("We could not find your earlier chat. Please start again.")


class EntityTooLarge(Refused):
    type = "entity_too_large"
    advice = _("This is too large to send. Send less at once.")


class GreetingNotFound(Refused):
    type = "greeting_not_found"


class GroupOffline(Refused):
    type = "group_offline"
    advice = _("Nobody is here at the moment. Leave a message and we will come back to you.")


class GroupUnavailable(Refused):
    type = "group_unavailable"


class GroupsOffline(Refused):
    type = "groups_offline"
    advice = _("Nobody is here at the moment. Leave a message and we will come back to you.")


class NotAllowed(Refused):
    type = "not_allowed"


class NotFound(Refused):
    type = "not_found"
    advice = _("This is no longer available. Reload the page.")


class SessionFieldsLimitReached(Refused):
    type = "customer_session_fields_limit_reached"


class UsersLimitReached(Refused):
    """Too many customers are online in the organization: worth another try in minutes."""

    type = "users_limit_reached"
    advice = _("All lines are busy. Please try again in a few minutes.")


class Misconfigured(Refused):
    """Only the site owner can fix this."""

    advice = _("This chat is not available at the moment.")


class GroupNotFound(Misconfigured):
    type = "group_not_found"


class LicenseExpired(Misconfigured):
    type = "license_expired"


class LicenseNotFound(Misconfigured):
    type = "license_not_found"


class UnsupportedVersion(Misconfigured):
    type = "unsupported_version"


class WrongProductVersion(Misconfigured):
    type = "wrong_product_version"


class GrantRefused(Misconfigured):
    """The accounts service refused the grant. `reason` is its word, `detail` its reason."""

    def __init__(self, reason: str, detail: str = "", description: str = "") -> None:
        super().__init__(": ".join(filter(None, (reason, detail, description))))
        self.reason = reason
        self.detail = detail


def _leaves(cls: type[LiveChatError]) -> dict[str, type[LiveChatError]]:
    found = {cls.type: cls} if cls.type else {}
    for child in cls.__subclasses__():
        found |= _leaves(child)
    return found


BY_TYPE = _leaves(LiveChatError)
TOO_MANY = 429  # Source: RFC 6585
# What LiveChat may say of a chat that it does not have, as the Web API documents no `not_found`.
# All but that it says of a chat that is there, too.
UNKNOWN_CHAT = (NotFound, ChatAnonymized, Invalid, NotAuthorized)


def error_from(body: object, status: int = 0) -> LiveChatError:
    """The exception for LiveChat's error `body`, `{"error": {"type", "message", "data"?}}`.

    `status` (0 over RTM) decides only where the type is unknown: 429 asks to wait, 5xx may be
    tried again.
    """
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        error = {}
    kind, data = str(error.get("type", "")), error.get("data")
    cls = BY_TYPE.get(kind) or _by_status(status)
    message = f"{kind}: {error.get('message', '')}" if kind else f"HTTP {status}"
    made = cls(message, data if isinstance(data, dict) else None)
    made.status = status or made.status
    return made


def _by_status(status: int) -> type[LiveChatError]:
    if status == TOO_MANY:
        return TooManyRequests
    return Unreachable if status >= 500 else Refused
