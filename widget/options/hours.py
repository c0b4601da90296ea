"""Opening hours, as an owner writes them, and when somebody is there again."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LINE = re.compile(
    r"(?P<first>[a-z]{3})[a-z]*+(?:\s*+[-–]\s*+(?P<last>[a-z]{3})[a-z]*+)?+\s++"
    r"(?P<opens>\d{1,2}:\d{2})\s*+[-–]\s*+(?P<closes>\d{1,2}:\d{2})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """On one weekday (0 is Monday), from when until when."""

    weekday: int
    opens: dt.time
    closes: dt.time


def spans_of(text: str) -> list[Span]:
    """What lines like "Mon-Fri 9:00-17:00" say. Raises ValidationError naming the line."""
    return [span for line in text.splitlines() if line.strip() for span in spans_of_line(line)]


def spans_of_line(line: str) -> list[Span]:
    """Raises ValidationError."""
    refusal = ValidationError(
        _(
            "“%(line)s” is not a period. Write each line like Mon-Fri 9:00-17:00 or "
            "Sat 10:00-14:00. For a night, write two lines."
        ),
        params={"line": line.strip()},
    )
    found = LINE.fullmatch(line.strip())
    if found is None:
        raise refusal
    try:
        first = DAYS.index(found["first"].lower())
        last = DAYS.index((found["last"] or found["first"]).lower())
        opens, closes = time_of(found["opens"]), end_of(found["closes"])
    except ValueError:
        raise refusal from None
    if opens >= closes:
        raise refusal
    days = range(first, first + (last - first) % 7 + 1)  # Sat-Mon goes over the end of a week
    return [Span(day % 7, opens, closes) for day in days]


def time_of(text: str) -> dt.time:
    """Raises ValueError."""
    hour, minute = map(int, text.split(":"))
    return dt.time(hour, minute)


def end_of(text: str) -> dt.time:
    """When it closes. The last minute of a day belongs to it. Raises ValueError."""
    return dt.time.max if text in ("24:00", "23:59") else time_of(text)


def next_opening(text: str, zone: str, now: dt.datetime) -> dt.datetime | None:
    """When it opens next, on the clock of `zone`; None without hours, or if it is open now."""
    there = now.astimezone(ZoneInfo(zone))
    openings = []
    for span in spans_of(text):
        for days in range(8):
            date = there.date() + dt.timedelta(days=days)
            if date.weekday() != span.weekday:
                continue
            opens = dt.datetime.combine(date, span.opens, there.tzinfo)
            closes = dt.datetime.combine(date, span.closes, there.tzinfo)
            if opens <= there < closes:
                return None
            if opens > there:
                openings.append(opens)
    return min(openings, default=None)
