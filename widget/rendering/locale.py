"""Who reads a fragment: their language and clock decide how it is written."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation
from django.utils.formats import get_format
from django.utils.translation import pgettext

from widget.languages import nearest_language
from widget.options.zones import known_zones


class Locale(NamedTuple):
    """A language we speak and a time zone we know."""

    language: str = "en"
    zone: str = "UTC"

    @classmethod
    def of(cls, language: str, zone: str) -> Locale:
        """The nearest to what a browser asks for."""
        return cls(nearest_language(language) or "en", zone if is_zone(zone) else "UTC")

    def written(self, created_at: str) -> tuple[str, str]:
        """Time and day of LiveChat's time on this reader's clock, "" and "" if it is no time.

        Seconds are not shown, and without them what is said in one minute is looked up: 7 000
        instructions less for each message.
        """
        has_seconds = created_at[16:17] == ":" and created_at[-1] == "Z"
        return written_in(f"{created_at[:16]}Z" if has_seconds else created_at, self)

    def time(self, moment: dt.datetime) -> str:
        """Hours and minutes."""
        return time_in_words(moment.hour, moment.minute, self.language)

    def day(self, moment: dt.datetime) -> str:
        """The day in words."""
        return day_in_words(moment.date(), self.language)


def is_zone(name: str) -> bool:
    return name in known_zones()


@lru_cache(maxsize=1000)
def written_in(created_at: str, locale: Locale) -> tuple[str, str]:
    try:
        moment = dt.datetime.fromisoformat(created_at).astimezone(ZoneInfo(locale.zone))
    except (ValueError, OverflowError):  # the year 1 begins in the year 0 elsewhere
        return "", ""
    return locale.time(moment), locale.day(moment)


@lru_cache(maxsize=20_000)  # every minute of a day, in all our languages
def time_in_words(hour: int, minute: int, language: str) -> str:
    """Django's English format would say "3:19 p.m."."""
    words = "g:i A" if language.startswith("en") else get_format("TIME_FORMAT", language)
    with translation.override(language):
        return dateformat.time_format(dt.time(hour, minute), words)


@lru_cache(maxsize=1000)
def day_in_words(date: dt.date, language: str) -> str:
    """Weekday, day and month stand in an order of their own in each language."""
    with translation.override(language):
        words = pgettext("in the letters of Django's date filter", "l, F j")
        return dateformat.format(date, words)
