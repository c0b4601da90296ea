"""Each of LiveChat's error types is the exception that somebody acts on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from urllib3 import HTTPHeaderDict

from chatproxy.livechat import answers, errors
from chatproxy.livechat.errors import BY_TYPE, LiveChatError, error_from
from chatproxy.livechat.http import Answer
from chatproxy.livechat.organization import Organization
from tests.chatproxy.json_values import ANYTHING

# Customer Chat API v3.6, "Errors", and what each is to whoever meets it.
KINDS: dict[str, type[LiveChatError]] = {
    "authentication": errors.TokenRejected,
    "authorization": errors.Refused,
    "validation": errors.Refused,
    "chat_inactive": errors.Refused,
    "chat_already_active": errors.Refused,
    "chat_limit_reached": errors.Refused,
    "chat_anonymized": errors.Refused,
    "customer_banned": errors.Refused,
    "customer_session_fields_limit_reached": errors.Refused,
    "entity_too_large": errors.Refused,
    "greeting_not_found": errors.Refused,
    "group_not_found": errors.Misconfigured,
    "group_offline": errors.Refused,
    "group_unavailable": errors.Refused,
    "groups_offline": errors.Refused,
    "internal": errors.Unreachable,
    "license_expired": errors.Misconfigured,
    "license_not_found": errors.Misconfigured,
    "limit_reached": errors.Refused,
    "misdirected_request": errors.WrongRegion,
    "not_allowed": errors.Refused,
    "not_found": errors.Refused,
    "pending_requests_limit_reached": errors.Unreachable,
    "request_timeout": errors.Unreachable,
    "service_unavailable": errors.Unreachable,
    "too_many_requests": errors.Unreachable,
    "unsupported_version": errors.Misconfigured,
    "users_limit_reached": errors.Refused,
    "wrong_product_version": errors.Misconfigured,
}


def test_every_documented_type_has_its_exception() -> None:
    assert set(BY_TYPE) == set(KINDS)


@pytest.mark.parametrize(("kind", "cls"), KINDS.items())
def test_an_error_is_what_somebody_acts_on(kind: str, cls: type[LiveChatError]) -> None:
    error = error_from({"error": {"type": kind, "message": "No"}}, 400)
    assert error.type == kind
    assert isinstance(error, cls)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_advice_for_the_customer(kind: str) -> None:
    advice = str(error_from({"error": {"type": kind}}).advice)
    assert advice.endswith(".")
    assert kind not in advice


@given(ANYTHING)
def test_any_body_is_some_error(body: Any) -> None:
    assert isinstance(error_from(body, 400), LiveChatError)
    assert isinstance(error_from({"error": body}, 500), LiveChatError)


def test_an_unknown_type_with_a_server_error_may_be_tried_again() -> None:
    assert type(error_from({"error": {"type": "of_tomorrow"}}, 502)) is errors.Unreachable


def test_an_unknown_type_with_another_status_is_final() -> None:
    assert type(error_from({"error": {"type": "of_tomorrow"}}, 418)) is errors.Refused


def test_an_unknown_type_with_the_status_of_too_many_requests_asks_to_wait() -> None:
    assert type(error_from("<html>", 429)) is errors.TooManyRequests


def test_an_error_without_a_type_names_the_status() -> None:
    assert str(error_from("<html>", 502)) == "HTTP 502"


def test_a_wrong_region_names_the_right_one() -> None:
    error = error_from({"error": {"type": "misdirected_request", "data": {"region": "fra"}}})
    assert isinstance(error, errors.WrongRegion)
    assert error.region == "fra"


def test_too_many_requests_says_how_long_to_wait_if_livechat_did() -> None:
    error = error_from({"error": {"type": "too_many_requests", "data": {"retry_after": 7}}})
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after == 7.0


def test_a_request_that_never_left_is_known_to_have_changed_nothing() -> None:
    assert issubclass(errors.NotConnected, errors.Unreachable)
    assert not issubclass(errors.RequestTimeout, errors.NotConnected)


@pytest.mark.parametrize("wait", [-1, 10**400, 1e999, float("nan"), 10**6])
def test_a_wait_that_makes_no_sense_is_none(wait: float) -> None:
    error = error_from({"error": {"type": "too_many_requests", "data": {"retry_after": wait}}})
    assert isinstance(error, errors.TooManyRequests)
    assert error.retry_after is None


def test_a_header_with_too_many_digits_says_nothing_of_the_wait(
    organization: Organization,
) -> None:
    answer = Answer(503, HTTPHeaderDict({"Retry-After": "9" * 5000}), b"{}")
    with pytest.raises(errors.Unreachable):
        answers.read(answer, organization)
