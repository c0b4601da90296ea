"""No input is too strange for the admin: odd addresses, and files that claim to be widgets.

By day every sixth of what is tried has its turn, another sixth for each address or setting; at
night all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.ways import add_widget
from tests.widget.owners.admin import FORM, LIST
from widget.models import Revision, Widget
from widget.owners.settings import FIELDS, settings_of

pytestmark = pytest.mark.django_db

STRANGE = HealthCheck.function_scoped_fixture, HealthCheck.too_slow
IDS = [
    "abc",
    "-1",
    "9" * 19,
    "9" * 400,
    "1%00",
    "%D9%A3",
    "1.5",
    "..",
    "%ED%A0%80",
    "_5F",
    "None",
    "a" * 3000,
]
QUERIES = [
    "q=%00",
    "q=" + "a" * 5000,
    "p=x",
    "p=-1",
    "p=" + "9" * 40,
    "o=x.y",
    "o=99",
    "o=-.-",
    "e=1",
    "all=x",
    "id=abc",
    "id__in=abc",
    "id__in=" + "9" * 40,
    "id__gt=1e999",
    "pk=%00",
    "enabled__exact=x",
    "draft__a=1",
    "key=%00",
    "_popup=x",
    "_to_field=key",
    "_to_field=%00",
    "_facets=x",
    "days=%00",
    "name__regex=(",
    "role__exact=%00",
    "role__exact=x",
    "user__id=abc",
    "is_staff__exact=x",
    "language=%00",
    "next=%00",
    "next=//evil",
    "_changelist_filters=%00",
    "_changelist_filters=q%3D%00",
    "app_label=widget&model_name=membership&field_name=user&term=%00",
    "app_label=x",
    "user=abc",
    "user=" + "9" * 40,
    "key=x&name=%00",
    "organization_id=%ED%A0%80",
]
ACTIONS: list[dict[str, Any]] = [
    {"action": "test_the_connection"},
    {"action": "test_the_connection", "_selected_action": "abc"},
    {"action": "delete_selected", "_selected_action": "9" * 40},
    {"action": "delete_selected", "_selected_action": ["1", "\0", "٣"], "post": "yes"},
    {"action": "nothing", "_selected_action": "1"},
    {"action": "\0", "index": "x"},
    {"action": "delete_selected", "index": "99", "select_across": "x"},
    {"form-TOTAL_FORMS": "9" * 40},
    {"_save": "", "_test": "", "_draft": ""},
]


@pytest.fixture
def superuser(db: None) -> Client:
    client = Client()  # a crash is the test's failure
    client.force_login(User.objects.create_superuser("admin"))
    return client


def routes(patterns: Any = None, prefix: str = "/admin/") -> Iterator[str]:
    """Every address of the admin, with <…> where an id stands."""
    if patterns is None:
        every: list[Any] = get_resolver().url_patterns
        [patterns] = [each.url_patterns for each in every if str(each.pattern) == "admin/"]
    for each in patterns:
        route = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, route)
        elif "(?P" not in route:
            yield route


def fill(route: str, values: Iterator[str]) -> str:
    before, found, rest = route.partition("<")
    return before + (next(values) + fill(rest.partition(">")[2], values) if found else "")


WITH_IDS = [route for route in routes() if "<" in route]
WITHOUT_IDS = [route for route in routes() if "<" not in route and "logout" not in route]
WITH_FORMS = [route for route in routes() if route.endswith(("add/", "change/", "preview/"))]


def test_the_addresses_of_the_admin_are_found() -> None:
    assert f"{LIST}<int:pk>/restore/<int:revision_pk>/" in WITH_IDS
    assert len(list(routes())) > 30


def some_by_day(names: list[str]) -> list[Any]:
    """The numbers of all these names. By day every fifth, and the page that owners use most."""
    most_used = f"{LIST}<path:object_id>/change/"
    return [
        pytest.param(
            number, id=name, marks=pytest.mark.night if number % 5 and name != most_used else ()
        )
        for number, name in enumerate(names)
    ]


@pytest.mark.parametrize("number", some_by_day(WITH_IDS))
def test_an_odd_id_is_nobodys(superuser: Client, number: int) -> None:
    route = WITH_IDS[number]
    widget = add_widget()
    Revision.objects.create(widget=widget, settings=settings_of(widget))
    for odd in IDS:
        ids = [str(widget.pk), odd] if route.count("<") > 1 else [odd]
        address = fill(route, iter(ids))
        for answer in (superuser.get(address), superuser.post(address, FORM)):
            assert answer.status_code < 500, address
    assert Widget.objects.filter(pk=widget.pk).exists() or "delete" in route


STEPS = pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.night)])


@pytest.mark.parametrize("number", some_by_day(WITHOUT_IDS))
@STEPS
def test_an_odd_query_is_answered(superuser: Client, number: int, step: int) -> None:
    add_widget()
    for query in QUERIES[number % step :: step]:
        assert superuser.get(f"{WITHOUT_IDS[number]}?{query}").status_code < 500, query


@pytest.mark.parametrize(
    "address",
    [
        "/admin/widget/membership/?role__exact=%00",
        "/admin/widget/widget/?q=%00",
        "/admin/auth/user/?is_staff__exact=%00",
        "/admin/autocomplete/?app_label=widget&model_name=membership&field_name=user&term=%00",
    ],
)
def test_nul_is_refused_whatever_the_database_says_of_it(superuser: Client, address: str) -> None:
    assert superuser.get(address).status_code == 400


POSTED = list(dict.fromkeys([*WITHOUT_IDS, *WITH_FORMS]))


@pytest.mark.parametrize("number", some_by_day(POSTED))
@STEPS
def test_an_odd_post_is_answered(superuser: Client, number: int, step: int) -> None:
    address = fill(POSTED[number], iter([str(add_widget().pk), "1"]))
    for action in ACTIONS[number % step :: step]:
        assert superuser.post(address, action).status_code < 500, action


FORMS_OF_WIDGETS = [route for route in WITH_FORMS if "/widget/widget/" in route]


@pytest.mark.parametrize("number", some_by_day(FORMS_OF_WIDGETS))
@STEPS
def test_a_character_that_is_none_is_taken_in_no_field(
    superuser: Client, number: int, step: int
) -> None:
    address = fill(FORMS_OF_WIDGETS[number], iter([str(add_widget().pk)]))
    for name in list(FORM)[number % step :: step]:
        assert superuser.post(address, FORM | {name: "a\0b"}).status_code < 500, name


def imported(client: Client, content: bytes) -> int:
    file = SimpleUploadedFile("shop.json", content)
    return client.post(f"{LIST}import/", {"file": file}).status_code


VALUES = [
    "null",
    "true",
    "1.5",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 400,
    "9" * 5000,
    '""',
    '"x"',
    '"\\u0000"',
    '"\\ud800"',
    '"' + "a" * 100_000 + '"',
    "[]",
    "[[]]",
    '["\\ud800"]',
    "{}",
    '{"de": null}',
    '{"de": {"header_title": "\\u0000"}}',
    '{"de": {"header_title": []}}',
    '{"--text": "\\u0000"}',
    "[" * 500 + "]" * 500,
    "[" * 100_000 + "]" * 100_000,
    '["/help/*", 7]',
    '["https://\\u0000"]',
    '["http://["]',
    '["https://a.example:99999"]',
]


SETTINGS = [*FIELDS, "key", "draft", "id", "identity_secret", "created_at"]


@pytest.mark.parametrize("number", some_by_day(SETTINGS))
@STEPS
def test_a_file_with_any_value_in_any_setting_is_answered(
    superuser: Client, number: int, step: int
) -> None:
    good, name = settings_of(add_widget()), SETTINGS[number]
    for value in VALUES[number % step :: step]:
        rest = json.dumps({key: each for key, each in good.items() if key != name})
        content = f'{rest[:-1]}, "{name}": {value}}}'.encode()
        assert imported(superuser, content) < 500, (name, value[:50])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"{",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"9" * 5000,
        b"1e999",
        b"null",
        b'"x"',
        b"{}",
        b'{"name": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"\\ud800": 1}',
        b'{"\\u0000": 1}',
        '{"name": "x"}'.encode("utf-16"),
        b'{"name": "' + b"a" * 600_000 + b'"}',
        b'{"name": 1, "name": {}}',
    ],
)
def test_a_file_of_anything_is_answered(superuser: Client, content: bytes) -> None:
    assert imported(superuser, content) < 500
    assert not Widget.objects.exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(changes=st.dictionaries(st.sampled_from(list(FIELDS)), JSON, max_size=4))
@settings(suppress_health_check=STRANGE)
def test_a_widget_changed_in_any_way_is_answered(superuser: Client, changes: Any) -> None:
    good = settings_of(Widget.objects.first() or add_widget())
    assert imported(superuser, json.dumps(good | changes).encode()) < 500
