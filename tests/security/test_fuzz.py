"""No input is too strange for a view: it is taken, refused in words, or refused by status."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import AsyncClient
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


NO_ASGI = 501  # Django's ordinary test client is a server without it
STRANGEST = [
    "\x00\ud7ff\u202e", "9" * 5000, "0001-01-01T00:00:00+14:00", "[" * 3000, "http://[",
    "x" * 70_000,
]  # fmt: skip
ALL_FIELDS = [
    *FIELDS, "answer", "at", "auth", "chat", "code", "consent", "consented_at", "endpoint",
    "event_id", "id", "identity", "invitation", "lang", "language", "link", "name", "of", "p256dh",
    "postback_id", "proof", "referrer", "session", "thread_id", "ticket", "title", "token", "type",
    "unique_id", "url", "value", "variant", "what", "zone",
]  # fmt: skip
OUR_HEADERS = [
    "Accept-Language", "Authorization", "Origin", "Referer", "User-Agent", "X-Chat-Greeting",
    "X-Chat-Group", "X-Chat-Language", "X-Chat-Page", "X-Chat-Socket", "X-Chat-Website",
    "X-Chat-Zone",
]  # fmt: skip
# By day one of each: a language, a secret, an address, a time zone.
HEADERS = [
    pytest.param(
        each,
        marks=()
        if each in {"Accept-Language", "Authorization", "X-Chat-Website", "X-Chat-Zone"}
        else pytest.mark.night,
    )
    for each in OUR_HEADERS
]
# By day characters that are none, and an address that is none.
VALUES_OF_FIELDS = [
    pytest.param(each, id=repr(each[:9]), marks=pytest.mark.night if number not in (0, 4) else ())
    for number, each in enumerate(STRANGEST)
]


def paths_of_the_widget() -> list[str]:
    [urls] = [
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.app_name == "widget"
    ]
    routes = [str(each.pattern).removeprefix("w/<slug:key>/") for each in urls.url_patterns]
    return [re.sub(r"<\w+:\w+>", "T_1", route) for route in routes]


@pytest.mark.parametrize("value", VALUES_OF_FIELDS)
def test_every_view_takes_the_strangest_in_all_fields(known: Visitor, value: str) -> None:
    for path in paths_of_the_widget():
        known.introduce()  # the path before may have erased the customer
        for method in ("get", "post"):
            data = dict.fromkeys(ALL_FIELDS, value[:3000] if method == "get" else value)
            status = known.ask(method, path, data).status_code
            assert status < 500 or (path, status) == ("stream", NO_ASGI), (method, path)


@pytest.mark.parametrize("header", HEADERS)
def test_every_view_takes_the_strangest_in_a_header(known: Visitor, header: str) -> None:
    for value in (*STRANGEST, f"{'9' * 5000} x", f"Bearer {'9' * 5000}"):
        line = value.encode("ascii", "ignore").decode().replace("\x00", "")
        for method, path in (("post", "events"), ("get", ""), ("get", "history")):
            assert known.ask(method, path, **{header: line}).status_code < 500, (path, line[:9])


@pytest.mark.parametrize("header", HEADERS)
async def test_a_stream_takes_the_strangest_in_a_header(known: Visitor, header: str) -> None:
    for value in STRANGEST:
        line = value.encode("ascii", "ignore").decode().replace("\x00", "")
        headers = {"Authorization": f"Bearer {known.token}", header: line}
        answer = await AsyncClient().get("/w/shop/stream", headers=headers)
        assert answer.status_code < 500, line[:9]
