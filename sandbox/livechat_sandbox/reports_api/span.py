"""The time a report is about, and the pieces it is cut into.

Source: Reports API v3.6, "Available parameters and filters".
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Literal, NotRequired, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from livechat_sandbox.agent_api import lists
from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.structures import Chat, Organization, Payload, Thread

WEEK = 7 * 86_400
FORMATS = {"hour": "%Y-%m-%d %H", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
Counted = tuple[Chat, Thread]


class Report(TypedDict):
    """What every report may be asked with."""

    distribution: NotRequired[Literal["hour", "day", "month", "year"]]
    timezone: NotRequired[str]
    filters: NotRequired[Payload]


def threads(organization: Organization, asked: Parameters) -> list[Counted]:
    """The threads that began in the time asked for, of the last seven days unless it is said.

    Raises validation.
    """
    filters: Payload = asked.get("filters") or {}
    after, before = borders(organization, asked)
    kept = {name: filters[name] for name in filters if name not in ("from", "to", "groups")}
    return [
        (chat, thread)
        for chat in organization.chats.values()
        for thread in chat.threads
        if after <= seconds_of(thread.created_at) <= before
        and lists.thread_fits(chat, thread, kept)
        and lists.values_fit(map(str, thread.group_ids), texts(filters.get("groups", {})))
    ]


def texts(wanted: Payload) -> Payload:
    """A filter of numbers as one of texts."""
    lists_of = ("values", "exclude_values")
    return {name: [*map(str, each)] if name in lists_of else each for name, each in wanted.items()}


def borders(organization: Organization, asked: Parameters) -> tuple[float, float]:
    """Unix seconds. Raises validation unless there are both or none."""
    filters: Payload = asked.get("filters") or {}
    now = organization.clock.time()
    if not filters:
        return now - WEEK, now
    if not {"from", "to"} <= filters.keys():
        raise LiveChatError("validation", "`filters.from` and `filters.to` are required")
    return lists.moment(filters, "from", default=0), lists.moment(filters, "to", default=0)


def zone(asked: Parameters) -> tzinfo | None:
    """The time zone asked for, else that of `from`. Raises validation."""
    try:
        if "timezone" in asked:
            return ZoneInfo(asked["timezone"])
        filters: Payload = asked.get("filters") or {"from": "2026-01-01T00:00:00+00:00"}
        return datetime.fromisoformat(filters["from"]).tzinfo
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise LiveChatError("validation", "`timezone` is unknown") from error


def pieces(
    organization: Organization, asked: Parameters, found: list[Counted]
) -> Iterator[tuple[str, list[Counted]]]:
    """Each piece of the time, also one without chats, and what began in it."""
    where = zone(asked)
    style = FORMATS[asked.get("distribution", "day")]
    by_piece: dict[str, list[Counted]] = {}
    moment, end = (datetime.fromtimestamp(each, where) for each in borders(organization, asked))
    while moment <= end:
        by_piece.setdefault(moment.strftime(style), [])
        moment += timedelta(hours=1)
    for chat, thread in found:
        began = datetime.fromtimestamp(seconds_of(thread.created_at), where)
        by_piece.setdefault(began.strftime(style), []).append((chat, thread))
    yield from by_piece.items()
