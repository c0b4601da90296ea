"""Says to the widget who is signed in to the website, so that it believes it.

A website of another kind signs the same statement in its own language: docs/host-site.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast

import jwt
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.module_loading import import_string

from chatproxy import conf
from chatproxy.models import SUBJECT_LENGTH
from widget.models import Widget

# Seconds for which a statement proves something. As long as the widget takes one: a page may stand
# open for a while before somebody writes.
LIFETIME = 3600


class Claims(TypedDict):
    """Who is signed in. `subject` is the website's own, lasting id of them; agents see the rest."""

    subject: str
    name: NotRequired[str]
    email: NotRequired[str]
    session: NotRequired[Mapping[str, object]]


def token_for(
    widget: Widget,
    subject: str,
    *,
    name: str = "",
    email: str = "",
    session: Mapping[str, object] | None = None,
    lifetime: int = LIFETIME,
) -> str:
    """A statement for `data-identity` or `LiveChatWidget.call("identify", …)`.

    `session` are texts that agents see beside the name; `lifetime` in seconds, at most an hour.
    Raises ValueError for a subject that the widget would not take.
    Source: RFC 7519 (JWT); RFC 7515 (JWS) with HS256.
    """
    if not 0 < len(subject) <= SUBJECT_LENGTH:
        raise ValueError(f"subject is not 1 to {SUBJECT_LENGTH} characters long")
    claims: dict[str, Any] = {"sub": subject, "name": name, "email": email}
    if session:  # a translation is a text only when asked
        claims["session"] = {name: str(value) for name, value in session.items()}
    claims["exp"] = int(time.time()) + lifetime
    return jwt.encode(claims, widget.identity_secret, algorithm="HS256")


def statement_of(request: HttpRequest, widget: Widget) -> str:
    """For whoever CHAT_IDENTITY says is signed in, "" for nobody."""
    hook = conf.setting("CHAT_IDENTITY")
    claims = cast(Claims | None, import_string(hook)(request)) if hook else None
    return token_for(widget, **claims) if claims else ""


def claims_of(request: HttpRequest) -> Claims | None:
    """Django's own user, if one is signed in. Use it in a function of yours to say more."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return {"subject": str(user.pk), "name": name_of(user), "email": email_of(user)}


def name_of(user: AbstractBaseUser) -> str:
    """The full name, where users have one and gave it."""
    full_name = getattr(user, "get_full_name", str)()
    return str(full_name or user.get_username())


def email_of(user: AbstractBaseUser) -> str:
    return str(getattr(user, user.get_email_field_name(), "") or "")
