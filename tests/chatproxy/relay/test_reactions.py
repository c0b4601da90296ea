"""The end of a connection and what follows: every reason and every refusal of a login."""

from __future__ import annotations

import pytest

from chatproxy.livechat.errors import error_from
from chatproxy.livechat.rtm import LOST, Disconnected
from chatproxy.relay.reactions import LONGEST, MINUTES, Reaction, backoff, reaction_to

AT_ONCE = ["access_token_expired", "access_token_revoked"]
LATER = [
    "connection_evicted",
    "connection_timeout",
    "internal_error",
    "service_temporarily_unavailable",
    "too_many_unauthorized_connections",
    LOST,
    "of_tomorrow",
]
NEVER = [
    "too_many_connections",
    "license_not_found",
    "unsupported_version",
    "product_version_changed",
    "logged_out_remotely",
    "customer_banned",
    "inactivity_timeout",
]


def after(reason: str, tries: int = 0, **data: object) -> Reaction:
    return reaction_to(Disconnected(reason, data), tries)


def after_refusal(kind: str, tries: int = 0, **data: object) -> Reaction:
    return reaction_to(error_from({"error": {"type": kind, "data": data}}), tries)


@pytest.mark.parametrize("reason", AT_ONCE)
def test_a_token_that_ended_is_renewed_at_once(reason: str) -> None:
    assert after(reason).delay == 0


@pytest.mark.parametrize("reason", AT_ONCE)
def test_tokens_that_end_again_and_again_are_not_renewed_in_a_rush(reason: str) -> None:
    assert (after(reason, tries=1).delay or 0) >= 1


@pytest.mark.parametrize("reason", LATER)
def test_a_connection_that_just_ended_is_made_again_after_a_pause(reason: str) -> None:
    assert 1 <= (after(reason).delay or 0) <= 5


@pytest.mark.parametrize("reason", NEVER)
def test_where_livechat_says_stop_only_the_customer_tries_again(reason: str) -> None:
    assert after(reason).delay is None


@pytest.mark.parametrize("reason", sorted(set(NEVER) - {"inactivity_timeout"}))
def test_a_customer_who_is_kept_out_is_told_why(reason: str) -> None:
    assert str(after(reason).advice).endswith(".")


def test_a_wrong_region_is_left_at_once_for_the_right_one() -> None:
    assert after("misdirected_connection", region="fra") == Reaction(0, region="fra")


def test_regions_that_send_each_other_customers_are_not_run_between() -> None:
    assert (after("misdirected_connection", tries=1, region="fra").delay or 0) >= 1


def test_an_expired_licence_is_looked_at_again_after_minutes() -> None:
    reaction = after("license_expired")
    assert reaction.firm
    assert MINUTES <= (reaction.delay or 0) <= 1.5 * MINUTES


def test_a_customer_blocked_for_a_time_waits_that_long() -> None:
    reaction = after("customer_temporarily_blocked", timeout=30)
    assert reaction.firm
    assert 30 <= (reaction.delay or 0) <= 45


@pytest.mark.parametrize("timeout", [None, "soon", True, -5, float("nan"), float("inf")])
def test_a_block_of_unreadable_length_is_bounded(timeout: object) -> None:
    assert 1 <= (after("customer_temporarily_blocked", timeout=timeout).delay or 0) <= 1.5 * 3600


@pytest.mark.parametrize("kind", ["users_limit_reached", "license_expired"])
def test_an_organization_without_room_is_asked_again_after_minutes(kind: str) -> None:
    reaction = after_refusal(kind)
    assert reaction.firm
    assert (reaction.delay or 0) >= MINUTES
    assert reaction.advice


@pytest.mark.parametrize(
    "kind",
    ["authentication", "customer_banned", "wrong_product_version", "group_not_found", "validation"],
)
def test_a_login_that_is_refused_for_good_is_not_repeated(kind: str) -> None:
    reaction = after_refusal(kind)
    assert reaction.delay is None
    assert reaction.advice


@pytest.mark.parametrize("kind", ["internal", "service_unavailable", "request_timeout"])
def test_a_login_that_failed_is_repeated_after_a_pause(kind: str) -> None:
    assert 1 <= (after_refusal(kind).delay or 0) <= 5


def test_too_many_requests_are_answered_by_waiting_as_told() -> None:
    reaction = after_refusal("too_many_requests", retry_after=20)
    assert reaction.firm
    assert 20 < (reaction.delay or 0) <= 25


def test_a_service_that_says_when_it_is_back_is_left_alone_until_then() -> None:
    reaction = after_refusal("service_unavailable", retry_after=20)
    assert reaction.firm
    assert 20 < (reaction.delay or 0) <= 25


def test_a_login_in_the_wrong_region_moves() -> None:
    assert after_refusal("misdirected_request", region="fra") == Reaction(0, region="fra")


def test_the_pause_grows_and_is_capped() -> None:
    longest = [max(backoff(tries) for _ in range(300)) for tries in range(12)]
    assert longest[0] <= 5 < longest[1] <= 10 < longest[2] <= 20 < longest[3] <= 40
    assert all(40 < pause <= LONGEST for pause in longest[4:])


def test_a_crowd_that_lost_its_connections_comes_back_spread_out() -> None:
    """Of 5 000 customers, never more than twice their share comes back in any tenth."""
    pauses = sorted(backoff(0) for _ in range(5000))
    tenths = [sum(1 + 0.4 * n <= pause < 1.4 + 0.4 * n for pause in pauses) for n in range(10)]
    assert sum(tenths) == 5000
    assert max(tenths) < 1000
