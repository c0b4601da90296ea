"""Logins begin slowly, speed up while it goes well, and slow down when one is refused."""

from __future__ import annotations

import pytest

from chatproxy.livechat.errors import (
    ChatInactive,
    CustomerBanned,
    LiveChatError,
    NotConnected,
    TooManyRequests,
    UsersLimitReached,
)
from chatproxy.livechat.rtm import LOST, Disconnected
from chatproxy.relay.pace import (
    FASTEST,
    SLOWEST,
    Pace,
    is_ban,
    is_refusal_of_address,
    is_refusal_of_organization,
)


def logins(pace: Pace, seconds: float, now: float = 0.0) -> int:
    """How many succeed in this time, one after the other."""
    end, count = now + seconds, 0
    while (now := now + pace.wait(now)) < end:
        pace.begin(now)
        pace.succeed()
        count += 1
    return count


def test_a_single_customer_does_not_wait() -> None:
    assert Pace(10, 30).wait(now=1000.0) == 0


def test_every_second_more_customers_come_in() -> None:
    pace = Pace(10, 30)
    first, second, third = (logins(pace, 1, now) for now in (0.0, 1.0, 2.0))
    assert 10 <= first <= 20
    assert first * 2 < second * 1.2
    assert second * 2 < third * 1.2


def test_all_customers_of_a_process_come_in_within_twenty_seconds() -> None:
    assert logins(Pace(10, 30), 20) >= 5000


def test_there_is_an_end_to_it() -> None:
    pace = Pace(10, 30)
    logins(pace, 20)
    assert pace.rate == FASTEST


def test_a_process_that_is_a_little_late_each_time_is_not_slower() -> None:
    pace, now, count = Pace(100, 30), 0.0, 0
    while (now := now + pace.wait(now) + 0.008) < 1:
        pace.begin(now)
        count += 1
    assert 98 <= count <= 100


def test_what_was_missed_for_long_is_not_made_up_for() -> None:
    pace = Pace(100, 30)
    pace.begin(now=0.0)
    for _ in range(20):
        pace.begin(now=60.0)
    assert pace.wait(now=60.0) > 0


def test_a_refusal_slows_down() -> None:
    pace = Pace(100, 30)
    pace.refuse(now=0.0)
    assert pace.rate == 50
    assert pace.wait(now=0.0) > 0


def test_refusals_in_a_row_make_longer_pauses_up_to_a_limit() -> None:
    pace, waits, now = Pace(100, 30), [], 0.0
    for _ in range(20):
        pace.refuse(now)
        waits.append(pace.wait(now))
        now += waits[-1]
    assert waits[0] < waits[1] < waits[2]
    assert max(waits) == 30
    assert pace.rate == SLOWEST


def test_livechats_own_wish_counts_within_the_limit() -> None:
    pace = Pace(100, 30)
    pace.refuse(now=0.0, retry_after=7)
    assert pace.wait(now=0.0) == 7
    pace.refuse(now=0.0, retry_after=600)
    assert pace.wait(now=0.0) == 30


def test_after_a_success_the_next_refusal_is_the_first_again() -> None:
    pace = Pace(100, 30)
    for _ in range(5):
        pace.refuse(now=0.0)
    pace.succeed()
    pace.refuse(now=1000.0)
    assert pace.wait(now=1000.0) == 0.5


ADDRESS = [
    Disconnected("too_many_unauthorized_connections"),
    Disconnected("service_temporarily_unavailable"),
]
ORGANIZATION = [TooManyRequests(), NotConnected()]
BAN = [CustomerBanned(), Disconnected("customer_banned")]
CUSTOMER = [
    Disconnected(LOST),
    Disconnected("inactivity_timeout"),
    UsersLimitReached(),
    ChatInactive(),
]


@pytest.mark.parametrize("end", [*ADDRESS, *ORGANIZATION, *BAN, *CUSTOMER])
def test_each_refusal_is_of_our_address_of_an_organization_or_of_one_customer(
    end: Disconnected | LiveChatError,
) -> None:
    found = is_refusal_of_address(end), is_refusal_of_organization(end), is_ban(end)
    assert found == (end in ADDRESS, end in ORGANIZATION, end in BAN)
