"""A widget goes through a file into another organization or installation."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from tests.widget.owners.admin import LIST, OTHER, add_widget, signed_in
from widget.models import Membership, Widget
from widget.owners.settings import settings_of

pytestmark = pytest.mark.django_db


def imported(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("shop.json", content)
    return client.post(f"{LIST}import/", {"file": file}, follow=True)


def test_a_widget_survives_the_way_through_a_file(superuser: Client) -> None:
    widget = add_widget(allowed_origins=["https://shop.example"], header_title="Hello")
    exported = superuser.get(f"{LIST}{widget.pk}/export/")
    assert 'filename="shop.json"' in exported["Content-Disposition"]
    imported(superuser, exported.content)
    twin = Widget.objects.exclude(pk=widget.pk).get()
    assert (twin.header_title, twin.allowed_origins) == ("Hello", ["https://shop.example"])
    assert not twin.enabled


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "not made with"),
        (b"[]", "not made with"),
        (b'{"colour": "red"}', "there is no setting called colour."),
        (b'{"organization_id": 5}', "An organization ID looks like"),
    ],
)
def test_a_file_that_is_no_widget_is_refused(superuser: Client, content: bytes, said: str) -> None:
    assert said in imported(superuser, content).content.decode()
    assert not Widget.objects.exists()


def test_a_file_in_a_language_that_the_project_lacks_names_those_it_has(
    superuser: Client, settings: Settings
) -> None:
    content = json.dumps(settings_of(add_widget()) | {"default_language": "en"}).encode()
    settings.LANGUAGES, settings.LANGUAGE_CODE = [("de", "Deutsch"), ("fr", "Français")], "de"
    refused = imported(superuser, content).content.decode()
    assert "„en“ ist keine der Sprachen dieses Servers: de, fr." in refused
    without = json.dumps(json.loads(content) | {"default_language": "fr", "texts": {}}).encode()
    imported(superuser, without)
    assert Widget.objects.filter(default_language="fr").exists()


@pytest.mark.parametrize(
    ("languages", "code", "expected"),
    [
        (["en", "de"], "en-us", "en"),
        (["de", "fr"], "fr", "fr"),
        (["de", "fr"], "en-us", "de"),
    ],
)
def test_a_new_widget_speaks_the_projects_language(
    settings: Settings, languages: list[str], code: str, expected: str
) -> None:
    settings.LANGUAGES = [(each, each) for each in languages]
    settings.LANGUAGE_CODE = code
    assert Widget().default_language == expected


def test_an_editor_imports_into_their_own_organization_only(client: Client) -> None:
    other = add_widget(organization_id=OTHER)
    content = json.dumps(settings_of(other)).encode()
    response = imported(signed_in(client, Membership.Role.EDITOR), content)
    assert "in which you may not change widgets" in response.content.decode()
    assert Widget.objects.count() == 1
