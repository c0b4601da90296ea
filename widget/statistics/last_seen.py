"""On which website a widget was last seen, so that its owner knows that the snippet works."""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from widget.models import Widget
from widget.options.origins import origin_of

KEPT = 30 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The loader was fetched by a page of this website."""

    origin: str
    at: dt.datetime


def remember(widget: Widget, referer: str) -> None:
    """Note the website behind a `Referer` header. Anyone may send one: only own websites count."""
    origin = origin_of(referer)
    if widget.allows(origin):
        cache.set(where(widget), LastSeen(origin, timezone.now()), KEPT)


def last(widget: Widget) -> LastSeen | None:
    """The last one in a month; a cache that was emptied has forgotten it."""
    seen: LastSeen | None = cache.get(where(widget))
    return seen


def where(widget: Widget) -> str:
    """Where the shared cache keeps it."""
    return f"last-seen:{widget.key}"
