"""The widgets of somebody and how they do: the first page they see."""

from __future__ import annotations

from dataclasses import dataclass

from widget.models import Tally, Widget
from widget.owners.access import User, widgets_of
from widget.statistics import last_seen
from widget.statistics.figures import PERIODS, Day, days_of_each
from widget.statistics.last_seen import LastSeen

What = Tally.What
DAYS = PERIODS[0]
MOST = 50  # widgets that the page shows; the list has the others


@dataclass(frozen=True, slots=True)
class WidgetSummary:
    """A widget, where it was seen last, its chats of today (UTC), and what failed in DAYS days.

    `unanswered` are the chats that began yesterday or today and in which nobody was seen to reply
    yet: one of before midnight still waits after it.
    """

    widget: Widget
    last_seen: LastSeen | None
    chats: int
    unanswered: int
    failures: int


def summaries_of(user: User) -> list[WidgetSummary]:
    """Of the first widgets the user may see, by name; no secret is read."""
    fields = ("key", "name", "enabled", "brand_color", "allowed_origins")
    widgets = list(widgets_of(user).only(*fields).order_by("name", "pk")[:MOST])
    days, seen = days_of_each(widgets, DAYS), last_seen.last_of_each(widgets)
    return [summary_of(widget, days[widget.pk], seen.get(widget.key)) for widget in widgets]


def has_more(user: User) -> bool:
    """Whether there are more widgets than `summaries_of` tells of."""
    return widgets_of(user).order_by("name", "pk")[MOST:].exists()


def summary_of(widget: Widget, days: list[Day], seen: LastSeen | None) -> WidgetSummary:
    counts = [day.counts for day in days]
    return WidgetSummary(
        widget=widget,
        last_seen=seen,
        chats=counts[-1].get(What.CHAT, 0),
        unanswered=sum(unanswered_of(day) for day in counts[-2:]),
        failures=sum(day.get(What.FAILURE, 0) for day in counts),
    )


def unanswered_of(counts: dict[str, int]) -> int:
    """Chats of one day without a first reply, which counts for the day on which its chat began."""
    return max(0, counts.get(What.CHAT, 0) - counts.get(What.FIRST_REPLY, 0))
