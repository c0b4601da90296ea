"""Each of LiveChat's error types is the exception that somebody acts on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from urllib3 import HTTPHeaderDict

from chatproxy.livechat import answers, errors
from chatproxy.livechat.errors import BY_TYPE, LiveChatError, Reaction, error_from
from chatproxy.livechat.http import Answer
from chatproxy.livechat.organization import Organization
from tests.chatproxy.json_values import ANYTHING

# Customer Chat API v3.6, "Errors", and what each asks of us.
REACTIONS = {
    "authentication": Reaction.REAUTHORIZE,
    "authorization": Reaction.TELL_CUSTOMER,
    "validation": Reaction.TELL_CUSTOMER,
    "chat_inactive": Reaction.TELL_CUSTOMER,
    "chat_already_active": Reaction.TELL_CUSTOMER,
    "chat_limit_reached": Reaction.TELL_CUSTOMER,
    "chat_anonymized": Reaction.TELL_CUSTOMER,
    "customer_banned": Reaction.TELL_CUSTOMER,
    "customer_session_fields_limit_reached": Reaction.TELL_CUSTOMER,
    "entity_too_large": Reaction.TELL_CUSTOMER,
    "greeting_not_found": Reaction.TELL_CUSTOMER,
    "group_not_found": Reaction.TELL_OWNER,
    "group_offline": Reaction.TELL_CUSTOMER,
    "group_unavailable": Reaction.TELL_CUSTOMER,
    "groups_offline": Reaction.TELL_CUSTOMER,
    "internal": Reaction.RETRY,
    "license_expired": Reaction.TELL_OWNER,
    "license_not_found": Reaction.TELL_OWNER,
    "limit_reached": Reaction.TELL_CUSTOMER,
    "misdirected_request": Reaction.MOVE_REGION,
    "not_allowed": Reaction.TELL_CUSTOMER,
    "not_found": Reaction.TELL_CUSTOMER,
    "pending_requests_limit_reached": Reaction.RETRY,
    "request_timeout": Reaction.RETRY,
    "service_unavailable": Reaction.RETRY,
    "too_many_requests": Reaction.RETRY,
    "unsupported_version": Reaction.TELL_OWNER,
    "users_limit_reached": Reaction.TELL_CUSTOMER,
    "wrong_product_version": Reaction.TELL_OWNER,
}


def test_every_documented_type_has_its_exception() -> None:
    assert set(BY_TYPE) == set(REACTIONS)


@pytest.mark.parametrize(("kind", "reaction"), REACTIONS.items())
def test_an_error_says_what_to_do(kind: str, reaction: Reaction) -> None:
    error = error_from({"error": {"type": kind, "message": "No"}}, 400)
    assert error.type == kind
    assert error.reaction is reaction


@pytest.mark.parametrize("kind", REACTIONS)
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
