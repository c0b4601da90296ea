"""A draft is loaded only by a page of its own widget, and for as long as its maker may make it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.security.ways import EDITOR, OWNER, VIEWER, add_widget, person, preview_key
from tests.widget.owners.admin import FORM, LIST, OTHER, OWN
from widget.models import Membership, Widget

pytestmark = pytest.mark.django_db


def loads(key: str, page_key: str) -> bool:
    """Whether a page with the widget `page_key` gets the loader for `#chat-draft=<key>`."""
    return Client().get(f"/w/{key}/embed.js", {"of": page_key}).status_code == 200


def test_a_draft_is_loaded_by_the_page_that_has_its_widget() -> None:
    assert loads(preview_key(person(EDITOR, None), add_widget()), "shop")


def test_a_page_loads_no_draft_of_another_widget() -> None:
    add_widget()
    foreign = add_widget(OTHER, "foreign")
    assert not loads(preview_key(person(None, OWNER), foreign, organization_id=OTHER), "shop")


def test_a_page_loads_no_draft_that_belongs_to_no_widget() -> None:
    add_widget()
    answer = person(None, OWNER).post(f"{LIST}preview/", FORM | {"organization_id": OTHER}).json()
    assert answer["websites"] == []
    assert not loads(answer["url"].rstrip("/").rpartition("/")[2], "shop")


@pytest.mark.parametrize("link", ["foreign", "shop", "nobody"])
def test_a_page_loads_no_widget_in_place_of_its_own(link: str) -> None:
    add_widget()
    add_widget(OTHER, "foreign")
    assert not loads(link, "shop")


def test_a_preview_shows_no_mode_that_there_is_not() -> None:
    draft = preview_key(person(EDITOR, None), add_widget(), preview_theme="x" * 5000)
    assert Widget.objects.find(draft).theme == "auto"


def let_go() -> None:
    Membership.objects.all().delete()


def only_look() -> None:
    Membership.objects.update(role=VIEWER)


def be_locked_out() -> None:
    User.objects.update(is_active=False)


def switch_off() -> None:
    Widget.objects.update(enabled=False)


def delete() -> None:
    Widget.objects.all().delete()


def give_away() -> None:
    Widget.objects.update(organization_id=OTHER)


@pytest.mark.parametrize("end", [let_go, only_look, be_locked_out, switch_off, delete, give_away])
def test_a_preview_ends_with_what_it_stands_on(end: Callable[[], None]) -> None:
    key = preview_key(person(EDITOR, None), add_widget())
    assert Client().get(f"/w/{key}/").status_code == 200
    end()
    assert Client().get(f"/w/{key}/").status_code == 404
    assert not loads(key, "shop")


def test_a_widget_that_is_off_can_be_previewed() -> None:
    key = preview_key(person(EDITOR, None), add_widget(enabled=False))
    assert Client().get(f"/w/{key}/").status_code == 200


@pytest.mark.parametrize("end", [let_go, be_locked_out])
def test_a_preview_of_a_new_widget_ends_with_its_maker_s_rights(end: Callable[[], None]) -> None:
    answer = person(EDITOR, None).post(f"{LIST}preview/", FORM | {"organization_id": OWN}).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    assert Client().get(f"/w/{key}/").status_code == 200
    end()
    assert Client().get(f"/w/{key}/").status_code == 404
