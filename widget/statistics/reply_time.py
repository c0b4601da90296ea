"""How soon a widget's customers are answered, as it was measured lately."""

from __future__ import annotations

import datetime as dt
import math

from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from widget.models import Tally, Widget

DAYS = 7
FEWEST = 5  # replies that make a figure
LONGEST = 60  # minutes: more invites nobody
HOLDS = 300  # seconds


def reply_minutes(widget: Widget) -> int | None:
    """The mean wait for a first reply, rounded up; None where there is none worth telling."""
    if widget.pk is None:  # a preview has no past
        return None
    key = f"reply_time:{widget.key}"
    minutes: int | None = cache.get(key)
    if minutes is None:
        minutes = measure(widget)
        cache.set(key, minutes, HOLDS)
    return minutes if 0 < minutes <= LONGEST else None


def measure(widget: Widget) -> int:
    """0 if there are too few replies."""
    since = timezone.now().date() - dt.timedelta(days=DAYS)
    replies = widget.tallies.filter(what=Tally.What.FIRST_REPLY, day__gte=since)
    sums = replies.aggregate(count=Sum("count"), seconds=Sum("seconds"))
    if (sums["count"] or 0) < FEWEST:
        return 0
    minutes: int = math.ceil(sums["seconds"] / sums["count"] / 60)
    return max(1, minutes)
