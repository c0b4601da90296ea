"""The time zones there are."""

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache
def known_zones() -> frozenset[str]:
    """Their names. `ZoneInfo` itself would look for a stranger's word as a file and a module."""
    return frozenset(available_timezones())
