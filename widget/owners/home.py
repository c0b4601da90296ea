"""Every widget of somebody and how it does: the first page they see."""

from __future__ import annotations

from dataclasses import dataclass

from widget.models import Tally, Widget
from widget.owners.access import User, widgets_of
from widget.statistics import last_seen
from widget.statistics.figures import PERIODS, days_of
from widget.statistics.last_seen import LastSeen

What = Tally.What
DAYS = PERIODS[0]


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
    """Of every widget the user may see, by name."""
    return [summary_of(widget) for widget in widgets_of(user).order_by("name")]


def summary_of(widget: Widget) -> WidgetSummary:
    counts = [day.counts for day in days_of(widget, DAYS)]
    return WidgetSummary(
        widget=widget,
        last_seen=last_seen.last(widget),
        chats=counts[-1].get(What.CHAT, 0),
        unanswered=sum(unanswered_of(day) for day in counts[-2:]),
        failures=sum(day.get(What.FAILURE, 0) for day in counts),
    )


def unanswered_of(counts: dict[str, int]) -> int:
    """Chats of one day without a first reply, which counts for the day on which its chat began."""
    return max(0, counts.get(What.CHAT, 0) - counts.get(What.FIRST_REPLY, 0))
