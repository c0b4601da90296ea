"""The preview shows the form as it stands, to nobody but who looks at it."""

import pytest
from django.test import Client

from tests.widget.owners.admin import FORM, LIST, OTHER, add_widget, page, signed_in
from widget.models import Membership, Widget

pytestmark = pytest.mark.django_db


def test_the_preview_serves_the_form_as_it_stands_unsaved(superuser: Client) -> None:
    widget = add_widget(header_title="Saved")
    answer = superuser.post(f"{LIST}preview/{widget.pk}/", FORM | {"header_title": "Draft"}).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    assert Widget.objects.find(key).header_title == "Draft"
    assert Widget.objects.find("shop").header_title == "Saved"
    assert f'src="/w/{key}/embed.js' in page(superuser, answer["url"])


def test_the_preview_shows_what_is_valid_beside_what_is_not(superuser: Client) -> None:
    changes = {"brand_color": "blue", "corner_radius": "999", "header_title": "Draft"}
    answer = superuser.post(f"{LIST}preview/", FORM | changes).json()
    draft = Widget.objects.find(answer["url"].rstrip("/").rpartition("/")[2])
    assert (draft.header_title, draft.corner_radius) == ("Draft", 16)
    assert "--brand" in draft.appearance.stylesheet()


def test_the_preview_shows_a_conversation_but_not_on_websites(superuser: Client) -> None:
    widget = add_widget()
    changes = {"preview_shows": "conversation"}
    answer = superuser.post(f"{LIST}preview/{widget.pk}/", FORM | changes).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    assert "Has my order left yet?" in page(superuser, f"/w/{key}/")
    tried = answer["websites"][0].partition("=")[2]
    assert "Has my order left yet?" not in page(superuser, f"/w/{tried}/")


def test_an_owner_is_told_of_a_colour_that_would_vanish(superuser: Client) -> None:
    pale = superuser.post(f"{LIST}preview/", FORM | {"brand_color": "#ffffff"}).json()["notes"]
    dark = superuser.post(f"{LIST}preview/", FORM | {"brand_color": "#000000"}).json()["notes"]
    seen = superuser.post(f"{LIST}preview/", FORM | {"brand_color": "#1f5eff"}).json()["notes"]
    assert [note.partition(" is hard")[0] for note in pale] == ["On white #ffffff"]
    assert [note.partition(" is hard")[0] for note in dark] == ["In dark mode #000000"]
    assert seen == []


def test_a_preview_may_stand_on_our_own_pages_and_its_websites(superuser: Client) -> None:
    widget = add_widget()
    answer = superuser.post(f"{LIST}preview/{widget.pk}/", FORM).json()
    key = answer["url"].rstrip("/").rpartition("/")[2]
    own, *websites = Widget.objects.find(key).frame_ancestors.split()
    assert own == "http://testserver"
    assert websites == ["https://shop.example", "https://*.shop.example"]
    assert answer["websites"] == [f"https://shop.example/#chat-draft={key}"]


def test_nobody_previews_a_widget_of_another_organization(client: Client) -> None:
    other = add_widget(organization_id=OTHER, header_title="Secret")
    editor = signed_in(client, Membership.Role.EDITOR)
    answer = editor.post(f"{LIST}preview/{other.pk}/", {"name": "x"}).json()
    draft = Widget.objects.find(answer["url"].rstrip("/").rpartition("/")[2])
    assert draft.header_title == ""
