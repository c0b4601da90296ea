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

    `unanswered` are those of today's chats in which nobody was seen to reply yet.
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
    today = counts[-1]
    chats = today.get(What.CHAT, 0)
    return WidgetSummary(
        widget=widget,
        last_seen=last_seen.last(widget),
        chats=chats,
        unanswered=max(0, chats - today.get(What.FIRST_REPLY, 0)),
        failures=sum(day.get(What.FAILURE, 0) for day in counts),
    )
