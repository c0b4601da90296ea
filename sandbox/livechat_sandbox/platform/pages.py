"""Pages of a list: `page_id`, `limit`, `sort_order` and `min_events_count`.

A page id remembers how the list was asked for and where the page borders, by the key of an
item, so that items added meanwhile do not shift pages.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload

Item = TypeVar("Item")
MONTH = 30 * 86_400


@dataclass
class PageOf(Generic[Item]):
    items: list[Item]
    next_page_id: str | None
    previous_page_id: str | None

    def ids(self) -> Payload:
        """What the answer says of the neighbouring pages."""
        named = {"next_page_id": self.next_page_id, "previous_page_id": self.previous_page_id}
        return {name: value for name, value in named.items() if value is not None}


@dataclass
class Border:
    """Where a page begins, and how its list was asked for."""

    sort_order: str
    limit: int
    min_events_count: int | None
    after: str | None  # the page holds what follows this key ...
    before: str | None  # ... or what precedes this one
    issued_at: float

    def page_id(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(vars(self)).encode()).decode()


def border_of(parameters: Parameters, default_limit: int, now: float) -> Border:
    """Read the parameters of a list. Raises validation for a page id that is not ours."""
    if "page_id" not in parameters:
        return Border(
            parameters.get("sort_order", "desc"),
            parameters.get("limit", default_limit),
            parameters.get("min_events_count"),
            None,
            None,
            now,
        )
    if parameters.keys() & {"limit", "sort_order", "min_events_count", "filters"}:
        raise LiveChatError("validation", "`page_id` excludes the other parameters")
    border: Border = read_id(parameters["page_id"], Border)
    if now - border.issued_at > MONTH:
        raise LiveChatError("validation", "`page_id` has expired")
    return border


def read_id(page_id: str, kind: Any) -> Any:
    """What a page id remembers, of that type. Raises validation for one that is not ours."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(page_id.encode()), type=kind)
    except (ValueError, RecursionError) as error:
        raise LiveChatError("validation", "`page_id` is not valid") from error


def page_of(
    items: Sequence[Item],
    key: Callable[[Item], str],
    parameters: Parameters,
    *,
    default_limit: int,
    now: float,
    weight: Callable[[Item], int] = lambda _: 1,
) -> PageOf[Item]:
    """The page that `parameters` ask for; `weight` is what `min_events_count` adds up."""
    border = border_of(parameters, default_limit, now)
    ordered = sorted(items, key=key, reverse=border.sort_order == "desc")
    keys = [key(item) for item in ordered]
    if border.before is not None:
        stop = _ahead_of(border.before, keys, border)
        start = stop - _take(list(reversed(ordered[:stop])), border, weight)
    else:
        after = border.after
        start = 0 if after is None else _ahead_of(after, keys, border) + keys.count(after)
        stop = start + _take(ordered[start:], border, weight)
    follow = {"after": None, "before": None, "issued_at": now}
    return PageOf(
        ordered[start:stop],
        _page_id(border, follow | {"after": keys[stop - 1]}) if 0 < stop < len(keys) else None,
        _page_id(border, follow | {"before": keys[start]}) if 0 < start < len(keys) else None,
    )


def _page_id(border: Border, changes: dict[str, Any]) -> str:
    return Border(**(vars(border) | changes)).page_id()


def _ahead_of(place: str, keys: list[str], border: Border) -> int:
    """How many keys come before a place, whether or not an item is there still."""
    if border.sort_order == "desc":
        return sum(key > place for key in keys)
    return sum(key < place for key in keys)


def _take(items: list[Item], border: Border, weight: Callable[[Item], int]) -> int:
    """How many of the items, in order, belong on one page."""
    if border.min_events_count is None:
        return min(border.limit, len(items))
    total = 0
    for count, item in enumerate(items, start=1):
        total += weight(item)
        if total >= border.min_events_count:
            return count
    return len(items)
