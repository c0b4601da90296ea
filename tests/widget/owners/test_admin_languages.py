"""The admin in its user's language."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from chatproxy.livechat.errors import Unreachable
from tests.widget.owners.admin import ADD, FORM, LIST, OWN
from widget.models import Widget
from widget.statistics.counting import in_english

CODES = [code for code, _ in settings.LANGUAGES]
RIGHT_TO_LEFT = {"ar", "he"}
BY_DAY = {"de", "ar"}  # one of each direction


def each(codes: list[str]) -> list[Any]:
    return [pytest.param(c, marks=() if c in BY_DAY else pytest.mark.night) for c in codes]


pytestmark = pytest.mark.django_db


@pytest.fixture
def widget() -> Widget:
    return Widget.objects.create(key="shop", name="Shop", organization_id=OWN)


def page(client: Client, path: str, language: str) -> str:
    return client.get(path, headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize("code", each(CODES))
def test_the_form_of_a_widget_is_in_every_language(superuser: Client, code: str) -> None:
    html = page(superuser, ADD, code)
    direction = "rtl" if code in RIGHT_TO_LEFT else "ltr"
    assert f'<html lang="{code}" dir="{direction}"' in html
    with translation.override(code):
        for text in ("Your website", "In pixels.", "Always dark", "Save and test the connection"):
            assert translation.gettext(text) in html


@pytest.mark.parametrize("code", each([code for code in CODES if code != "en"]))
def test_nothing_of_ours_stays_english(superuser: Client, widget: Widget, code: str) -> None:
    path = f"{LIST}{widget.pk}/change/"
    ours = {"Preview of the widget", "In other languages", "For experts", "Put it on your website"}
    for address in (path, f"{LIST}{widget.pk}/history/", f"{LIST}{widget.pk}/statistics/", LIST):
        html = page(superuser, address, code)
        assert f'lang="{code}"' in html
        assert [
            text for text in ours | {"Chat opened", "Waiting for your website…"} if text in html
        ] == []


def test_a_language_we_do_not_speak_gets_english(superuser: Client) -> None:
    assert '<html lang="en"' in page(superuser, ADD, "sv")


def test_who_is_not_signed_in_yet_reads_their_language_too(client: Client) -> None:
    assert "<h1>Anmelden</h1>" in page(client, "/admin/login/", "de-AT,de;q=0.9")


def test_whom_the_same_thread_serves_next_does_not_read_it(client: Client) -> None:
    page(client, "/admin/login/", "de")
    assert translation.get_language() == "en"


def test_a_mistake_is_explained_in_the_owners_language(superuser: Client) -> None:
    wrong = FORM | {"allowed_origins": "ftp://x", "opening_hours": "whenever"}
    html = superuser.post(ADD, wrong, headers={"Accept-Language": "fr"}).content.decode()
    assert "«\u00a0ftp://x\u00a0» doit commencer par https://" in html
    assert "«\u00a0whenever\u00a0» n’indique pas d’horaires" in html


def test_what_went_wrong_is_read_in_the_language_of_who_reads_it(
    superuser: Client, widget: Widget
) -> None:
    with translation.override("ja"):  # of the customer who met it
        advice = in_english(Unreachable("timeout"))
    now = timezone.now()
    widget.troubles.create(kind="Unreachable", advice=advice, count=2, first_at=now, last_at=now)
    html = page(superuser, f"{LIST}{widget.pk}/statistics/", "de")
    assert "Wir erreichen LiveChat gerade nicht." in html
    assert "2 Mal, zuletzt" in html


def test_figures_are_written_as_the_owner_counts(superuser: Client, widget: Widget) -> None:
    widget.tallies.create(day=dt.datetime.now(dt.UTC).date(), what="opening", count=12345)
    statistics = f"{LIST}{widget.pk}/statistics/"
    assert "12.345" in page(superuser, statistics, "de")
    assert "12,345" in page(superuser, statistics, "en")


def test_the_widgets_own_pages_do_not_follow_the_admin(superuser: Client, widget: Widget) -> None:
    page(superuser, ADD, "de")
    assert translation.get_language() == "en"
    assert '<html lang="pl"' in page(superuser, "/w/shop/?lang=pl", "de")


def test_the_snippet_speaks_the_widgets_language_not_its_owners(
    superuser: Client, widget: Widget
) -> None:
    assert "Chat with us&lt;/a&gt;" in page(superuser, f"{LIST}{widget.pk}/change/", "de")
