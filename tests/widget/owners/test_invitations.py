"""An owner writes invitations in the form of a widget."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.widget.owners.admin import ADD, FORM, LIST, add_widget, change, errors, page
from widget.models import Widget
from widget.options.invitations import DEFAULTS
from widget.owners.settings import settings_of

WRITTEN = {
    "invitations-TOTAL_FORMS": "2",
    "invitations-INITIAL_FORMS": "0",
    "invitations-0-name": "Cart",
    "invitations-0-enabled": "on",
    "invitations-0-refusal": "on",
    "invitations-0-text": "May we help?",
    "invitations-0-pages": "/cart*",
    "invitations-0-values": "cart >= 100\nplan=gold",
    "invitations-0-texts-0-language": "de",
    "invitations-0-texts-0-text": "Dürfen wir helfen?",
    "invitations-1-enabled": "on",
    "invitations-1-refusal": "on",
}

pytestmark = pytest.mark.django_db


def in_form(html: str) -> dict[str, str]:
    """The ids of invitations that stand in the form, by the names of their fields."""
    return dict(re.findall(r'name="(invitations-\d-id)" value="(\w{8})"', html))


def test_what_was_written_is_stored_shown_and_taken_away(superuser: Client) -> None:
    superuser.post(ADD, FORM | WRITTEN)
    widget = Widget.objects.get(key="shop")
    (invitation,) = widget.invitations
    assert invitation == DEFAULTS | {
        "id": invitation["id"],
        "name": "Cart",
        "text": "May we help?",
        "pages": ["/cart*"],
        "values": [["cart", ">=", "100"], ["plan", "=", "gold"]],
        "texts": {"de": {"text": "Dürfen wir helfen?"}},
    }
    html = page(superuser, change(widget))
    assert in_form(html) == {"invitations-0-id": invitation["id"]}
    assert "Dürfen wir helfen?" in html
    again = WRITTEN | {"invitations-INITIAL_FORMS": "1", "invitations-0-id": invitation["id"]}
    superuser.post(change(widget), FORM | again)
    widget.refresh_from_db()
    assert widget.invitations == [invitation]
    superuser.post(change(widget), FORM | again | {"invitations-0-DELETE": "on"})
    widget.refresh_from_db()
    assert widget.invitations == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"invitations-0-text": ""}, "This field is required."),
        pytest.param(
            {"invitations-0-values": "cart is full"},
            "is not a comparison",
            marks=pytest.mark.night,
        ),
        ({"invitations-0-link_label": "See"}, "Enter the link"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    superuser: Client, wrong: dict[str, str], words: str
) -> None:
    response = superuser.post(ADD, FORM | WRITTEN | wrong)
    assert "invitations" in errors(response)
    html = response.content.decode()
    assert words in html
    assert "Dürfen wir helfen?" in html


def test_a_copy_and_a_file_bring_them_along(superuser: Client) -> None:
    invitations: list[dict[str, Any]] = [{"id": "0a1b2c3d", "name": "Cart", "text": "Hello"}]
    widget = add_widget(invitations=invitations)
    superuser.post(f"{LIST}{widget.pk}/duplicate/")
    copy = Widget.objects.exclude(pk=widget.pk).get()
    assert copy.invitations == invitations
    assert settings_of(widget)["invitations"] == invitations
