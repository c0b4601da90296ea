"""Two organizations are strangers: every way into the admin, tried by everybody there can be.

A person has a role, or none, in the organization that owns the widget, and one in another. Only the
first may count.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import Settings

from chatproxy.models import Customer
from tests.security.ways import (
    EDITOR,
    NONE,
    OWNER,
    VIEWER,
    WAYS,
    Role,
    Way,
    add_widget,
    changes_it,
    person,
    post,
    reads,
    reads_the_secret,
)
from tests.widget.owners.admin import FORM, LIST, OTHER, OWN
from widget.models import Revision, Widget
from widget.owners.settings import settings_of

pytestmark = pytest.mark.django_db
PEOPLE = list(product((OWNER, EDITOR, VIEWER, NONE), repeat=2))
# By day somebody may do in the other organization what would mislead most: an owner nothing, and
# everybody else everything.
BY_DAY = [
    pytest.param(
        own, other, marks=() if other == (NONE if own == OWNER else OWNER) else pytest.mark.night
    )
    for own, other in PEOPLE
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.go.__name__ + ":" + way.route)
@pytest.mark.parametrize(("own", "other"), BY_DAY)
def test_the_role_in_the_widgets_own_organization_decides(
    own: Role | None, other: Role | None, way: Way
) -> None:
    widget = add_widget()
    assert way.go(person(own, other), widget) is (own in way.allowed)


def admin_routes() -> Iterator[str]:
    patterns: list[Any] = get_resolver().url_patterns
    [admin] = [each for each in patterns if str(each.pattern) == "admin/"]
    for each in admin.url_patterns:
        if str(each.pattern) == "widget/widget/":
            yield from (str(route.pattern) for route in each.url_patterns)


def test_every_address_of_the_admin_is_tried_here() -> None:
    assert set(admin_routes()) - {way.route for way in WAYS} == {"<path:object_id>/"}  # a redirect


@pytest.fixture
def crossing() -> Client:
    """An editor of the widget's organization who owns another."""
    return person(EDITOR, OWNER)


@pytest.mark.parametrize("publish", [{}, {"_draft": "x"}], ids=["save", "draft"])
def test_an_editor_takes_no_widget_along(crossing: Client, publish: dict[str, str]) -> None:
    widget = add_widget()
    crossing.post(f"{LIST}{widget.pk}/change/", FORM | publish | {"organization_id": OTHER})
    widget.refresh_from_db()
    assert (widget.organization_id, widget.draft) == (OWN, None)


def test_a_draft_that_names_another_organization_opens_nothing(crossing: Client) -> None:
    widget = add_widget()
    Widget.objects.update(draft=settings_of(widget) | {"organization_id": OTHER})
    assert not reads_the_secret(crossing, widget)
    assert not reads_the_secret(person(None, OWNER), widget)
    assert not reads("change/")(person(None, OWNER), widget)


def test_a_draft_that_names_another_organization_locks_nobody_out() -> None:
    widget = add_widget()
    Widget.objects.update(draft=settings_of(widget) | {"organization_id": OTHER})
    owner = person(OWNER, None)
    assert reads_the_secret(owner, widget)
    assert changes_it(owner, widget)


@pytest.mark.parametrize(("own", "other"), [p for p in PEOPLE if p != (OWNER, OWNER)])
def test_only_who_owns_both_restores_a_widget_into_another_organization(
    own: Role | None, other: Role | None
) -> None:
    widget = add_widget()
    settings = settings_of(widget) | {"organization_id": OTHER}
    revision = Revision.objects.create(widget=widget, settings=settings)
    post(person(own, other), widget, f"restore/{revision.pk}/")
    assert Widget.objects.get().organization_id == OWN


def move(widget: Widget) -> Widget:
    post(person(OWNER, OWNER), widget, "change/", **FORM | {"organization_id": OTHER})
    moved = Widget.objects.get()
    assert moved.organization_id == OTHER
    return moved


def test_a_widget_that_moves_takes_neither_secret_nor_customers_along() -> None:
    widget = add_widget()
    Customer.objects.create(
        widget_key="shop", organization_id=OWN, entity_id="c", fresh_until=timezone.now()
    )
    assert move(widget).identity_secret != widget.identity_secret
    assert not Customer.objects.exists()


def test_a_widget_moves_though_no_key_opens_its_customers_secrets(settings: Settings) -> None:
    settings.CHAT_ENCRYPTION_KEYS = ["lost"]
    Customer.objects.create(
        widget_key="shop", organization_id=OWN, entity_id="c", cst="c", fresh_until=timezone.now()
    )
    settings.CHAT_ENCRYPTION_KEYS = ["new"]
    move(add_widget())
    assert not Customer.objects.exists()


def test_nobody_is_told_the_key_of_a_widget_by_its_number(crossing: Client) -> None:
    widget = add_widget("1f0f0f0f-5b0a-4a53-9a5e-2f1d6f3b8c44", "secret-key")
    content_type = ContentType.objects.get_for_model(Widget)
    response = crossing.get(f"/admin/r/{content_type.pk}/{widget.pk}/")
    assert response.status_code == 404


@pytest.mark.parametrize("query", ["key=shop", "draft__isnull=1", "revisions__made_by__password=x"])
def test_the_list_is_not_filtered_by_what_was_not_offered(crossing: Client, query: str) -> None:
    assert crossing.get(f"{LIST}?{query}").status_code == 400
