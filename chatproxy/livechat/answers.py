"""What LiveChat's answers over HTTP mean, whatever their status.

Source: Customer Chat API v3.6, "Errors"; "Versioning", headers `Legacy` and `Deprecation`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from chatproxy.livechat.errors import LiveChatError, Unreachable, error_from
from chatproxy.livechat.http import Answer
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.service import VersionEnd
from chatproxy.livechat.structures import Json

STAGES = ("Legacy", "Deprecation")
LONGEST_NUMBER = 9  # digits of `Retry-After`


def read(answer: Answer, organization: Organization) -> Json:
    """The body of a success, {} where it has none. Raises LiveChatError for anything else.

    An `error` object counts whatever the status: some methods answer errors with 200.
    """
    notice_end(answer.headers, organization)
    if 200 <= answer.status < 300:
        body = answer.json() if answer.body.strip() else {}
        body = body if isinstance(body, dict) else {}
        if not isinstance(body.get("error"), dict):
            return body
    raise error_in(answer)


def says_end(headers: Mapping[str, str]) -> bool:
    """Whether these headers say when this version ends."""
    return any(stage in headers for stage in STAGES)


def notice_end(headers: Mapping[str, str], organization: Organization) -> None:
    """Tell the service if these headers say when this version ends. Not on an event loop."""
    for stage in STAGES:
        if date := _date(headers.get(stage, "")):
            organization.service.on_version_end(VersionEnd(organization.version, stage, date))


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def error_in(answer: Answer) -> LiveChatError:
    """The error of an answer that is no success, whatever its body is."""
    try:
        body = answer.json()
    except Unreachable:
        body = None
    return with_wait(error_from(body, answer.status), answer.headers)


def with_wait(error: LiveChatError, headers: Mapping[str, str]) -> LiveChatError:
    """The same with the seconds that these headers of an answer ask to wait, if they do."""
    retry_after = headers.get("Retry-After", "")
    if retry_after.isdecimal() and len(retry_after) <= LONGEST_NUMBER:
        error.data = {**error.data, "retry_after": int(retry_after)}
    return error
