"""The loader as the server hands it out: small, cacheable, and for any website."""

import gzip
import json
import re
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from widget.models import Widget

ADDRESS = "/w/demo/embed.js"
PARTS = ("/w/demo/loader_panel.js", "/w/demo/lc_api.js")
BUDGET = 4000  # bytes
FRENCH = {"fr": {"launcher_label": "Besoin d’aide ?"}}

pytestmark = pytest.mark.django_db


@pytest.fixture
def widget() -> Widget:
    return Widget.objects.create(
        key="demo", name="Demo", organization_id="7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
    )


def configuration(client: Client, key: str = "demo") -> dict[str, Any]:
    """What the loader of this widget was told."""
    script = client.get(f"/w/{key}/embed.js").content.decode()
    found: dict[str, Any] = json.loads(script[script.rindex('({"key"') + 1 : script.rindex(")")])
    return found


def test_the_loader_fits_its_budget(client: Client, widget: Widget) -> None:
    response = client.get(ADDRESS, headers={"Accept-Encoding": "gzip, br"})
    assert response["Content-Encoding"] == "br"
    assert len(response.content) <= BUDGET


@pytest.mark.parametrize(
    ("accepted", "unpack"),
    [("gzip, deflate, br, zstd", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)],
)
def test_every_encoding_holds_the_same_script(
    client: Client, widget: Widget, accepted: str, unpack: Any
) -> None:
    plain = client.get(ADDRESS)
    assert "Content-Encoding" not in plain
    packed = client.get(ADDRESS, headers={"Accept-Encoding": accepted})
    assert unpack(packed.content) == plain.content
    assert packed["Vary"] == "Accept-Encoding, Accept-Language, X-Chat-Language"


def test_a_browser_that_has_the_loader_is_not_sent_it_again(client: Client, widget: Widget) -> None:
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_changed_widget_is_sent_anew(
    client: Client, widget: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    first = client.get(ADDRESS)
    widget.brand_color = "#aa0000"
    with django_capture_on_commit_callbacks(execute=True):
        widget.save()
    again = client.get(ADDRESS, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert "#aa0000" in again.content.decode()


def test_isolated_websites_may_load_every_part(client: Client, widget: Widget) -> None:
    for address in (ADDRESS, *PARTS):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_kept_for_good_under_its_version_only(
    client: Client, widget: Widget, part: str
) -> None:
    version = configuration(client)["version"]
    assert client.get(f"{part}?{version}")["Cache-Control"] == "public, max-age=31536000"
    assert client.get(f"{part}?earlier")["Cache-Control"] == "public, max-age=300"


def test_the_loader_sets_no_cookie(client: Client, widget: Widget) -> None:
    assert not client.get(ADDRESS).cookies


def test_an_unknown_widget_has_no_loader(client: Client) -> None:
    assert client.get("/w/nobody/embed.js").status_code == 404


def test_the_loader_speaks_the_languages_the_owner_wrote_in(client: Client) -> None:
    Widget.objects.create(key="two", name="Two", organization_id="a", texts=FRENCH)
    texts = configuration(client, "two")["texts"]
    assert list(texts) == ["en", "fr"]
    assert texts["fr"]["label"] == "Besoin d’aide ?"


def test_owners_texts_cannot_leave_their_string(client: Client) -> None:
    evil = '"});alert(1)//\u2028</script>'
    Widget.objects.create(key="evil", name="Evil", organization_id="a", launcher_label=evil)
    assert configuration(client, "evil")["texts"]["en"]["label"] == evil


def test_nothing_of_the_widgets_secrets_is_told(client: Client, widget: Widget) -> None:
    widget.client_id = "0a1b2c3d4e5f"
    widget.redirect_uri = "https://private.example/back"
    widget.save()
    script = client.get(ADDRESS).content.decode()
    assert not re.search("0a1b2c3d4e5f|private.example", script)


def test_the_loader_is_told_only_what_its_owner_changed(
    client: Client, widget: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    assert not {"pages", "position"} & set(configuration(client))
    widget.launcher_icon, widget.hidden_pages = "heart", ["/cart"]
    widget.launcher_shape = "square"
    with django_capture_on_commit_callbacks(execute=True):
        widget.save()
    told = configuration(client)
    assert told["icon"].startswith("M")
    assert told["pages"] == "^(?!(?:/cart)$)"
    assert "border-radius:0" in told["css"]


# All that the loader may have to do at once, in the look that most have.
FULLEST: dict[str, Any] = {
    "invitations": [{"id": "0a1b2c3d", "name": "Cart", "text": "May we help?"}],
    "when_away": "link",
    "away_link": "mailto:help@shop.example",
    "ask_consent": True,
    "track_visitors": True,
    "voice_messages": True,
    "launcher_label": "Chat with us",
}
BUDGET_OF_ALL = 4096  # bytes


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_loader_that_does_everything_fits_its_budget(
    client: Client, widget: Widget, language: str
) -> None:
    Widget.objects.filter(pk=widget.pk).update(**FULLEST)
    cache.set(f"online-groups:2:{widget.asker}", [])
    headers = {"Accept-Encoding": "br"}
    script = client.get(f"{ADDRESS}?lang={language}", headers=headers).content
    told = brotli.decompress(script).decode()
    assert all(
        part in told
        for part in ("consent.js", "invitations.js", "visitors.js", "mailto:", "Chat with us")
    )
    assert len(script) < BUDGET_OF_ALL
