"""What invitations did, and whether one of two texts does better than chance."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from widget.models import InvitationTally, Widget
from widget.options.invitations import Invitation, complete

What = InvitationTally.What

ENOUGH = 100  # times that each text was shown; with fewer the test means nothing
SURE = 0.05  # chance explains a difference less often than this


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often one text was shown, and what followed."""

    variant: str  # "" where there is only one
    shown: int
    accepted: int
    dismissed: int
    chats: int

    @property
    def share(self) -> float:
        """Of those who saw it, the part that accepted: 0 to 1, whatever pages say."""
        return min(1.0, self.accepted / self.shown) if self.shown else 0.0

    @property
    def percent(self) -> str:
        return percent(self.share)


@dataclass(frozen=True, slots=True)
class Result:
    """One invitation, and what its figures say."""

    name: str
    outcomes: list[Outcome]
    verdict: str


def results_of(widget: Widget, days: int) -> list[Result]:
    """Of every invitation that the widget has, in its order, over the last days."""
    first = timezone.now().date() - dt.timedelta(days=days - 1)
    counts: Counter[tuple[str, str, str]] = Counter()
    for tally in widget.invitation_tallies.filter(day__gte=first):
        counts[tally.invitation, tally.variant, tally.what] += tally.count
    return [result_of(complete(each), counts) for each in widget.invitations]


def result_of(invitation: Invitation, counts: Counter[tuple[str, str, str]]) -> Result:
    def outcome(variant: str, label: str) -> Outcome:
        shown, accepted, dismissed, chats = (
            counts[invitation["id"], variant, what]
            for what in (What.SHOWN, What.ACCEPTED, What.DISMISSED, What.CHAT)
        )
        return Outcome(label, shown, accepted, dismissed, chats)

    if not invitation["text_b"]:
        return Result(invitation["name"], [outcome("a", "")], "")
    one, other = outcome("a", "A"), outcome("b", "B")
    return Result(invitation["name"], [one, other], verdict(one, other))


def verdict(one: Outcome, other: Outcome) -> str:
    """Which is accepted more often, and how far that can be relied on."""
    if min(one.shown, other.shown) < ENOUGH:
        return _("Too early to say: each text should have been shown %(count)s times.") % {
            "count": ENOUGH
        }
    chance = chance_of(one, other)
    better, worse = sorted((one, other), key=lambda outcome: outcome.share, reverse=True)
    words = {
        "better": better.variant,
        "share": better.percent,
        "worse": worse.percent,
        "times": max(1, ceil(100 * chance)),
    }
    if chance >= SURE:
        return (
            _(
                "No clear winner: %(share)s against %(worse)s. If both were equally good, chance "
                "would make a difference like this in %(times)s of 100 comparisons."
            )
            % words
        )
    return (
        _(
            "Text %(better)s does better: %(share)s accept it, %(worse)s the other. If both were "
            "equally good, chance would make a difference like this in at most %(times)s of 100 "
            "comparisons."
        )
        % words
    )


def chance_of(one: Outcome, other: Outcome) -> float:
    """How likely a difference as large as this is if both are equally good, 0 to 1.

    Source: the two-proportion z-test with a pooled variance, two-sided.
    """
    pooled = (one.share * one.shown + other.share * other.shown) / (one.shown + other.shown)
    deviation = sqrt(pooled * (1 - pooled) * (1 / one.shown + 1 / other.shown))
    if not deviation:
        return 1.0
    distance = abs(one.share - other.share) / deviation
    return 2 * (1 - NormalDist().cdf(distance))


def percent(share: float) -> str:
    return f"{number_format(100 * share, 1)} %"
