"""The cookie grant: how a browser's customer gets an access token, and loses it.

Source: Customer Accounts API v2, "Cookie grant", "Per-group identity", "Revocation".
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from chatproxy.livechat import http
from chatproxy.livechat.answers import error_in, with_wait
from chatproxy.livechat.errors import (
    TOO_MANY,
    CustomerBanned,
    GrantRefused,
    IdentityLost,
    LiveChatError,
    ServiceUnavailable,
    TooManyRequests,
    Unreachable,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.service import Reason, Service, tell_of_call
from chatproxy.livechat.structures.values import Json, number_of

logger = logging.getLogger(__name__)

PASSING = {"server_error", "temporarily_unavailable"}
LIFETIME = 28_800  # seconds, where an answer names none
LONGEST_LIFETIME = 366 * 24 * 3600  # seconds; more is no answer


@dataclass(frozen=True, slots=True)
class Identity:
    """The two cookies that are a customer for two years. Guard them like a password."""

    cid: str = field(repr=False)
    cst: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """A customer access token, living `expires_in` seconds, and the identity it belongs to."""

    access_token: str = field(repr=False)
    entity_id: str
    expires_in: int
    identity: Identity


def exchange(organization: Organization, identity: Identity | None) -> Grant:
    """A token for the customer with this identity; for a new customer if there is none.

    Raises GrantRefused, CustomerBanned, IdentityLost, Unreachable, or what an `error` names.
    """
    reason = Reason.RENEWAL if identity else Reason.IDENTITY
    with tell_of_call(organization.service, "accounts", "exchange", reason):
        return _exchange(organization, identity)


def _exchange(organization: Organization, identity: Identity | None) -> Grant:
    headers = {"Origin": organization.page_origin} if organization.page_origin else {}
    if identity:
        headers["Cookie"] = f"__lc_cid={identity.cid}; __lc_cst={identity.cst}"
    answer = http.ask(
        organization.service,
        ("accounts", "exchange"),
        "POST",
        _token_url(organization),
        json={
            "grant_type": "cookie",
            "response_type": "token",
            "client_id": organization.client_id,
            "organization_id": organization.organization_id,
            "redirect_uri": organization.redirect_uri,
        },
        headers=headers,
    )
    body = _object_in(answer)
    if error := _refusal(body, answer):
        error.status = answer.status
        raise error
    try:
        return Grant(
            access_token=str(body["access_token"]),
            entity_id=str(body["entity_id"]),
            expires_in=lifetime_in(body),
            identity=_identity(answer) or identity or _no_identity(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreachable(f"HTTP {answer.status} without a token") from error


def lifetime_in(body: Json) -> int:
    """Seconds that the token of this answer lives; LIFETIME if it says nothing of use."""
    lifetime = number_of(body.get("expires_in")) or 0
    return lifetime if 0 < lifetime <= LONGEST_LIFETIME else LIFETIME


def revoke(service: Service, access_token: str) -> None:
    """Make the token worthless; LiveChat closes the connections that use it.

    Raises Unreachable where it may live on. Others are refused: such a token is worthless already.
    """
    with tell_of_call(service, "accounts", "revoke", Reason.GOODBYE):
        answer = http.ask(
            service,
            ("accounts", "revoke"),
            "DELETE",
            f"{service.accounts_url}/v2/customer/token",
            headers={"Authorization": f"Bearer {access_token}"},
        )
        if answer.status >= 500:
            raise error_in(answer)


def _token_url(organization: Organization) -> str:
    base = f"{organization.service.accounts_url}/v2/customer"
    if organization.identity_per_group:
        return f"{base}/{organization.organization_id}/{organization.group_id}/token"
    return f"{base}/token"


def _object_in(answer: http.Answer) -> Json:
    """{} for a body that is none, which has neither a token nor a reason."""
    try:
        body = answer.json()
    except Unreachable:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(body: Json, answer: http.Answer) -> LiveChatError | None:
    """LiveChat's clients go by two keys and never by the HTTP status; its quota has that alone.

    An `error` object, as the APIs answer with, counts as well.
    """
    reason = str(body.get("identity_exception") or body.get("oauth_exception") or "")
    if answer.status == TOO_MANY or reason == TooManyRequests.type:
        return with_wait(TooManyRequests(), answer.headers)
    if isinstance(body.get("error"), dict) or (answer.status >= 500 and not reason):
        return error_in(answer)
    if not reason:
        return None
    if reason in PASSING:
        return ServiceUnavailable(reason)
    if "identity_exception" in body and reason == "access_denied":
        return CustomerBanned(reason)
    if reason == "identity_lost":
        return IdentityLost(reason)
    return GrantRefused(
        reason,
        detail=str(body.get("exception_details") or ""),
        description=str(body.get("exception_description") or ""),
    )


def _identity(answer: http.Answer) -> Identity | None:
    """Read from the headers, because no jar keeps `Secure` cookies over plain http."""
    cookies: SimpleCookie = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        try:
            cookies.load(header.partition(";")[0])  # an attribute it does not know is an error
        except CookieError:
            logger.debug("LiveChat set a cookie that cannot be read")
    if "__lc_cid" not in cookies or "__lc_cst" not in cookies:
        return None
    return Identity(cookies["__lc_cid"].value, cookies["__lc_cst"].value)


def _no_identity() -> Identity:
    raise Unreachable("the grant came without its cookies")
