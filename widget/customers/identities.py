"""Who the website says is signed in: a JSON Web Token that it signs with the widget's secret."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import jwt

from chatproxy.models import SUBJECT_LENGTH
from widget.rendering.encoding import storable

LONGEST_LIFE = 3600  # seconds
CLOCKS_DIFFER = 30  # seconds that the website's clock may be wrong
LONGEST_REASON = 200  # characters


class IdentityRefused(Exception):
    """The statement proves nothing. The message is for the website's developer."""

    status = 403


class IdentityUnusable(IdentityRefused):
    """It is the website's, but names nobody we could remember."""

    status = 400


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the website knows; `subject` is its own id of them, `session` what else it says."""

    subject: str
    name: str
    email: str
    session: Mapping[str, object] = field(default_factory=dict)


def verify(statement: str, secret: str) -> Person:
    """The person the website signed this for. Raises IdentityRefused.

    Sources: RFC 7519 (JWT); RFC 7515 (JWS) with HS256 and nothing else.
    """
    try:
        claims = jwt.decode(
            statement,
            secret,
            algorithms=["HS256"],
            leeway=CLOCKS_DIFFER,
            options={"require": ["sub", "exp"]},
        )
    except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as error:
        raise IdentityRefused(plain(str(error))) from error
    if int(claims["exp"]) > time.time() + LONGEST_LIFE + CLOCKS_DIFFER:
        raise IdentityRefused("exp is more than an hour ahead")
    subject = claims["sub"]
    if not 0 < len(subject) <= SUBJECT_LENGTH:
        raise IdentityRefused(f"sub is not 1 to {SUBJECT_LENGTH} characters long")
    if storable(subject) != subject:  # not fixed: without it, it would be somebody else's
        raise IdentityUnusable("sub has a NUL or half a character, which cannot be stored")
    name, email = (storable(str(claims.get(claim) or "")) for claim in ("name", "email"))
    session = claims.get("session")
    return Person(subject, name, email, session if isinstance(session, dict) else {})


def plain(reason: str) -> str:
    """Fit for a header, though words of the statement, which anybody may have made, are in it."""
    return reason.encode("unicode_escape")[:LONGEST_REASON].decode()
