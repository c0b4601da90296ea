"""No input is too strange for a view: it is taken, refused in words, or refused by status."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLResolver, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.widget.visitor import Visitor

STRANGE = HealthCheck.function_scoped_fixture, HealthCheck.too_slow
FIELDS = [
    "text", "custom_id", "attempt", "thread", "event", "button", "score", "comment", "email",
    "before", "page", "form_id", "file", "alternative_text",
]  # fmt: skip
VALUES = st.text(max_size=40) | st.sampled_from(
    ["\x00", "\ud7ff", "9" * 400, "-1", "null", "<script>", "../../etc/passwd", "T_1", "1e999"]
)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
POSTS = ["customer", "events", "end", "files", "postback", "rating", "forms/prechat", "plain/"]
GETS = ["", "history", "transcript", "welcome", "look.css", "embed.js", "plain/", "plain/log"]


@pytest.fixture
def known(shop_widget: Any) -> Visitor:
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    visitor.client.raise_request_exception = True  # a crash is this test's failure
    return visitor


@given(
    path=st.sampled_from(POSTS),
    data=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5),
)
@settings(suppress_health_check=STRANGE)
def test_any_form_is_answered(known: Visitor, path: str, data: dict[str, str]) -> None:
    assert known.ask("post", path, data).status_code < 500


@given(path=st.sampled_from(GETS), query=st.dictionaries(st.sampled_from(FIELDS), VALUES))
@settings(suppress_health_check=STRANGE)
def test_any_query_is_answered(known: Visitor, path: str, query: dict[str, str]) -> None:
    assert known.ask("get", path, query).status_code < 500


@given(origin=HEADER, language=HEADER, bearer=HEADER)
@settings(suppress_health_check=STRANGE)
def test_any_header_is_answered(known: Visitor, origin: str, language: str, bearer: str) -> None:
    headers = {"Origin": origin, "Accept-Language": language, "X-Chat-Language": language}
    headers["Authorization"] = f"Bearer {bearer}"
    assert known.ask("post", "events", {"text": "x"}, **headers).status_code < 500


ADDRESSES = HEADER | st.sampled_from(
    ["http://[", "http://[::1", "https://a:99999999", "//", "http://\x80", "https://" + "a." * 500]
)


@given(
    path=st.sampled_from(GETS),
    name=st.sampled_from(["Referer", "Origin", "X-Chat-Zone", "X-Chat-Group", "X-Request-Id"]),
    value=ADDRESSES,
)
@settings(suppress_health_check=STRANGE)
def test_any_header_of_a_reading_is_answered(
    known: Visitor, path: str, name: str, value: str
) -> None:
    assert known.ask("get", path, **{name: value}).status_code < 500


@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "application/json",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "text/\x00",
        ]
    ),
)
@settings(suppress_health_check=STRANGE)
def test_any_body_is_answered(known: Visitor, body: bytes, kind: str) -> None:
    answer = known.client.post(
        "/w/shop/events",
        data=body,
        content_type=kind,
        headers={"Authorization": f"Bearer {known.token}"},
    )
    assert answer.status_code < 500


def test_every_view_of_the_widget_is_tried_here() -> None:
    """A new URL must be added to the lists above, or be one of those known to need more."""
    [widget_urls] = [
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.app_name == "widget"
    ]
    routes = {str(each.pattern).removeprefix("w/<slug:key>/") for each in widget_urls.url_patterns}
    assert {path for path in POSTS + GETS if "/" not in path} <= routes
