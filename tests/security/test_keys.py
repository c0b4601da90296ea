"""A key that a widget had is never given to another."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from chatproxy.models import Customer
from tests.security.ways import EDITOR, OWNER, add_widget, person, preview_key
from tests.widget.owners.admin import ADD, FORM, OTHER, OWN
from widget.models import Widget

pytestmark = pytest.mark.django_db


def deleted_widget() -> None:
    widget = add_widget()
    Customer.objects.create(
        widget_key="shop", organization_id=OWN, entity_id="c", fresh_until=timezone.now()
    ).admit()
    widget.delete()


def test_the_key_of_a_deleted_widget_is_taken_by_nobody() -> None:
    deleted_widget()
    response = person(None, OWNER).post(ADD, FORM | {"organization_id": OTHER})
    assert list(response.context["adminform"].errors) == ["key"]
    assert not Widget.objects.exists()


@pytest.mark.parametrize("organization_id", [OWN, OTHER])
def test_not_even_code_gives_a_key_again(organization_id: str) -> None:
    deleted_widget()
    with pytest.raises(IntegrityError), transaction.atomic():
        add_widget(organization_id)


def test_widgets_that_were_deleted_together_leave_their_keys_too() -> None:
    add_widget()
    Widget.objects.all().delete()
    assert not adds_shop(person(OWNER, None))


def adds_shop(client: Client) -> bool:
    client.post(ADD, FORM)
    return Widget.objects.filter(key="shop").exists()


def test_a_key_that_was_changed_is_given_to_nobody_else() -> None:
    widget = add_widget()
    widget.key = "renamed"
    widget.save()
    assert not adds_shop(person(OWNER, None))
    widget.key = "shop"
    widget.save()  # but it may have its own again


def test_no_widget_has_the_key_of_a_preview() -> None:
    draft = preview_key(person(EDITOR, None), add_widget())
    person(None, OWNER).post(ADD, FORM | {"organization_id": OTHER, "key": draft})
    assert not Widget.objects.filter(key=draft).exists()
    with pytest.raises(ValidationError, match="for previews"):
        add_widget(OTHER, draft).full_clean()
