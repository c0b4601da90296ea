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
from livechat_sandbox.platform.parameters import Parameters, refuse_other_filters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Chat, Organization, Thread

WEEK = 7 * 86_400
LONGEST = 3_653 * 86_400  # seconds that are cut into pieces, hour by hour
FORMATS = {"hour": "%Y-%m-%d %H", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
Counted = tuple[Chat, Thread]


Times = TypedDict("Times", {"from": str, "to": str}, total=False)


class Filters(Times, total=False):
    """What is counted; `greetings` has times of its own."""

    agents: lists.Wanted
    groups: lists.Wanted
    tags: lists.Wanted
    event_types: lists.Wanted
    properties: dict[str, dict[str, lists.WantedProperty]]
    greetings: Times


class Report(TypedDict):
    """What every report may be asked with."""

    distribution: NotRequired[Literal["hour", "day", "month", "year"]]
    timezone: NotRequired[str]
    filters: NotRequired[Filters]


def threads(organization: Organization, asked: Parameters) -> list[Counted]:
    """The threads that began in the time asked for, of the last seven days unless it is said.

    Raises validation.
    """
    filters = filters_of(asked)
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
    filters = filters_of(asked)
    now = organization.clock.time()
    if not filters:
        return now - WEEK, now
    ends = filters if "from" in filters else filters.get("greetings", {})
    if not {"from", "to"} <= ends.keys():
        raise LiveChatError("validation", "`filters.from` and `filters.to` are required")
    return lists.moment(ends, "from", default=0), lists.moment(ends, "to", default=0)


def filters_of(asked: Parameters) -> Payload:
    """Raises validation for a filter that is not built."""
    filters: Payload = asked.get("filters") or {}
    refuse_other_filters(filters, Filters)
    return filters


def zone(asked: Parameters) -> tzinfo | None:
    """The time zone asked for, else that of `from`. Raises validation."""
    try:
        if "timezone" in asked:
            return ZoneInfo(asked["timezone"])
        filters = filters_of(asked)
        ends = filters if "from" in filters else filters.get("greetings", {})
        return datetime.fromisoformat(ends.get("from", "2026-01-01T00:00:00+00:00")).tzinfo
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise LiveChatError("validation", "`timezone` is unknown") from error


def pieces(
    organization: Organization, asked: Parameters, found: list[Counted]
) -> Iterator[tuple[str, list[Counted]]]:
    """Each piece of the time, also one without chats, and what began in it."""
    where = zone(asked)
    style = FORMATS[asked.get("distribution", "day")]
    by_piece: dict[str, list[Counted]] = {piece: [] for piece in empty_pieces(organization, asked)}
    for chat, thread in found:
        began = datetime.fromtimestamp(seconds_of(thread.created_at), where)
        by_piece.setdefault(began.strftime(style), []).append((chat, thread))
    yield from by_piece.items()


def empty_pieces(organization: Organization, asked: Parameters) -> list[str]:
    """The names of all pieces of the time, in their order. Raises validation beyond LONGEST."""
    where = zone(asked)
    style = FORMATS[asked.get("distribution", "day")]
    after, before = borders(organization, asked)
    if before - after > LONGEST:
        raise LiveChatError("validation", "`filters.from` and `filters.to` are ten years apart")
    moment, end = (datetime.fromtimestamp(each, where) for each in (after, before))
    names: dict[str, None] = {}
    while moment <= end:
        names[moment.strftime(style)] = None
        moment += timedelta(hours=1)
    return [*names]
