"""What an owner reads of their widget's last days: figures, bars, and the same as a table."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from widget.models import Tally, Trouble, Widget
from widget.rendering.locale import day_in_words
from widget.statistics.counting import FORGOTTEN
from widget.statistics.prices import price_of_month

What = Tally.What
PERIODS = (7, 30, 90)  # days
HEIGHT = 60  # of a plot, in its own units; a day is 10 wide
COLUMNS = [
    gettext_lazy("Day (UTC)"),
    *What.labels,
    gettext_lazy("Mean wait for the first reply in seconds"),
]


@dataclass(frozen=True, slots=True)
class Day:
    """One day's counts, by what was counted, and the seconds waited for first replies."""

    date: dt.date
    counts: dict[str, int]
    waited: float

    @property
    def mean_wait(self) -> float | None:
        """Seconds until the first reply, or None if nobody got one."""
        replies = self.counts.get(What.FIRST_REPLY, 0)
        return self.waited / replies if replies else None

    def row(self) -> list[str | int]:
        mean = "" if self.mean_wait is None else f"{self.mean_wait:.0f}"
        return [self.date.isoformat(), *(self.counts.get(what, 0) for what in What.values), mean]


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in a plot."""

    x: int
    y: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was counted, with its plot."""

    title: str | Promise
    total: str
    note: str
    bars: list[Bar]

    @property
    def width(self) -> int:
        return 10 * len(self.bars)


def days_of(widget: Widget, days: int) -> list[Day]:
    """The last days up to today, oldest first, those on which nothing happened included."""
    return days_of_each([widget], days)[widget.pk]


def days_of_each(widgets: Collection[Widget], days: int) -> dict[int, list[Day]]:
    """As `days_of`, of many widgets at once, by their primary keys."""
    today = timezone.now().date()
    first = today - dt.timedelta(days=days - 1)
    counts: dict[tuple[int, dt.date], dict[str, int]] = {}
    waited: dict[tuple[int, dt.date], float] = {}
    for tally in Tally.objects.filter(widget__in=widgets, day__gte=first):
        when = (tally.widget_id, tally.day)
        counts.setdefault(when, {})[tally.what] = tally.count
        if tally.what == What.FIRST_REPLY:
            waited[when] = tally.seconds
    dates = [first + dt.timedelta(days=number) for number in range(days)]

    def day_of(pk: int, date: dt.date) -> Day:
        return Day(date, counts.get((pk, date), {}), waited.get((pk, date), 0.0))

    return {widget.pk: [day_of(widget.pk, date) for date in dates] for widget in widgets}


def days_in_use(widget: Widget, most: int) -> int:
    """How many days, today included, there was something to count; 1 at least."""
    first = widget.tallies.aggregate(Min("day"))["day__min"]
    today = timezone.now().date()
    return min(most, (today - first).days + 1) if first else 1


def figures_of(widget: Widget, days: list[Day]) -> list[Figure]:
    """What fits on one screen, the most telling first."""
    sums = {what: sum(day.counts.get(what, 0) for day in days) for what in What.values}
    replies = sums[What.FIRST_REPLY]
    mean = sum(day.waited for day in days) / replies if replies else None
    return [
        figure_of(What.OPENING.label, days, [What.OPENING]),
        figure_of(What.CHAT.label, days, [What.CHAT], share(sums[What.CHAT], sums[What.OPENING])),
        figure_of(
            _("Messages"),
            days,
            [What.CUSTOMER_MESSAGE, What.AGENT_MESSAGE],
            _("%(customers)s from customers, %(agents)s from agents")
            % {
                "customers": group_digits(sums[What.CUSTOMER_MESSAGE]),
                "agents": group_digits(sums[What.AGENT_MESSAGE]),
            },
        ),
        Figure(
            _("Average wait for the first reply"),
            "–" if mean is None else duration(mean),
            _("average of %(count)s") % {"count": group_digits(replies)}
            if replies
            else _("No chat was answered yet."),
            bars((day.date, day.mean_wait or 0, duration(day.mean_wait or 0)) for day in days),
        ),
        figure_of(
            _("Ratings"),
            days,
            [What.GOOD, What.BAD],
            _("%(good)s good, %(bad)s bad")
            % {"good": group_digits(sums[What.GOOD]), "bad": group_digits(sums[What.BAD])},
        ),
        figure_of(What.FAILURE.label, days, [What.FAILURE]),
        figure_of(
            What.REQUEST.label,
            days,
            [What.REQUEST],
            price_in_words(sums, days_in_use(widget, len(days))),
        ),
    ]


def price_in_words(sums: dict[str, int], days: int) -> str:
    """What a month like these days comes to, and what a chat takes."""
    requests, chats = sums[What.REQUEST], sums[What.CHAT]
    if not requests:
        return ""
    dollars = round(price_of_month(requests, days), 2)
    month = _("about $%(dollars)s a month") % {"dollars": number_format(dollars, 2)}
    if not chats:
        return month
    each = round(requests / chats, 1)
    return f"{month}, {_('%(count)s for each chat') % {'count': number_format(each, 1)}}"


def figure_of(title: str | Promise, days: list[Day], whats: list[What], note: str = "") -> Figure:
    """A figure that adds up these counts."""
    values = [(day.date, sum(day.counts.get(what, 0) for what in whats)) for day in days]
    total = sum(value for _, value in values)
    return Figure(
        title, group_digits(total), note, bars((day, n, group_digits(n)) for day, n in values)
    )


def bars(values: Iterable[tuple[dt.date, float, str]]) -> list[Bar]:
    """The highest fills the plot."""
    listed = list(values)
    highest = max((value for _, value, _ in listed), default=0) or 1
    return [
        Bar(
            x=10 * number + 1,
            y=round(HEIGHT * (1 - value / highest), 2),
            height=round(HEIGHT * value / highest, 2),
            label=f"{day_in_words(day, get_language() or 'en')}: {words}",
        )
        for number, (day, value, words) in enumerate(listed)
    ]


def share(part: int, whole: int) -> str:
    if not whole:
        return ""
    return _("%(share)s%% of those who opened it") % {"share": min(100, round(100 * part / whole))}


def duration(seconds: float) -> str:
    """As people say it: 45 s, 12 min, 3 h."""
    if seconds < 60:
        return _("%(count)s s") % {"count": round(seconds)}
    if seconds < 3600:
        return _("%(count)s min") % {"count": round(seconds / 60)}
    return _("%(count)s h") % {"count": number_format(seconds / 3600, 1)}


def group_digits(number: int) -> str:
    """With what the reader's language puts between thousands."""
    return number_format(number, force_grouping=True)


def live_now(widget: Widget) -> int:
    """Customers whose chat is open, in all processes that have said so lately."""
    lately = timezone.now() - FORGOTTEN
    held = widget.presences.filter(told_at__gte=lately).aggregate(Sum("customers"))
    return held["customers__sum"] or 0


def troubles_of(widget: Widget) -> list[Trouble]:
    """What went wrong lately, the latest first."""
    return list(widget.troubles.order_by("-last_at")[:10])


def as_csv(days: list[Day]) -> str:
    """A line for each day, for a spreadsheet. Source: RFC 4180."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(day.row() for day in days)
    return file.getvalue()
