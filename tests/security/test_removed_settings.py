"""What an earlier version wrote can still be restored, imported and read."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.security.ways import EDITOR, VIEWER, add_widget, person, reads
from tests.widget.owners.admin import LIST
from widget.models import Revision, Widget
from widget.owners.settings import settings_of

pytestmark = pytest.mark.django_db


def test_a_revision_with_a_setting_that_was_removed_is_restored_and_says_so() -> None:
    widget = add_widget()
    settings = settings_of(widget) | {"header_text": "Then", "marquee": True, "blink": 3}
    revision = Revision.objects.create(widget=widget, settings=settings)
    url = f"{LIST}{widget.pk}/restore/{revision.pk}/"
    response = person(EDITOR, None).post(url, follow=True)
    assert "no such setting: blink, marquee." in response.content.decode()
    assert Widget.objects.get().header_text == "Then"


def test_a_file_with_a_setting_that_was_removed_is_imported_and_says_so() -> None:
    settings = settings_of(add_widget()) | {"marquee": True}
    file = SimpleUploadedFile("shop.json", json.dumps(settings).encode())
    response = person(EDITOR, None).post(f"{LIST}import/", {"file": file}, follow=True)
    assert "no such setting: marquee." in response.content.decode()
    assert Widget.objects.count() == 2


def test_a_draft_with_a_setting_that_was_removed_is_shown_and_says_so() -> None:
    widget = add_widget()
    Widget.objects.update(draft={"header_text": "Then", "marquee": True})
    html = person(EDITOR, None).get(f"{LIST}{widget.pk}/change/").content.decode()
    assert 'value="Then"' in html
    assert "no such setting: marquee." in html


def test_the_history_of_a_removed_setting_is_still_shown() -> None:
    widget = add_widget()
    for marquee in (True, False):
        settings = settings_of(widget) | {"marquee": marquee}
        Revision.objects.create(widget=widget, settings=settings)
    assert reads("history/")(person(VIEWER, None), widget)
