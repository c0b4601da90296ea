"""What is made of a widget is made once, and again when the widget has changed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import brotli
import minify
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import override_script_prefix

from tests.widget.conftest import AddWidget
from widget.assets import Kept, made_once_a_version
from widget.models import Widget
from widget.previews import Preview, publish_preview

OnCommit = Callable[..., Any]


@contextmanager
def rendered() -> Iterator[list[str | None]]:
    """The templates that are rendered meanwhile."""
    names: list[str | None] = []

    def note(template: Any, **_: Any) -> None:
        names.append(template.name)

    template_rendered.connect(note)
    try:
        yield names
    finally:
        template_rendered.disconnect(note)


READ_A_SCRIPT = """
import django, warnings
django.setup()
from widget import assets
warnings.simplefilter("error", EncodingWarning)
assets.source("widget/worker.js")
"""


def test_scripts_are_read_the_same_whatever_encoding_a_machine_has() -> None:
    """Windows and some servers have another one than the scripts."""
    command = [sys.executable, "-X", "warn_default_encoding", "-c", READ_A_SCRIPT]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def shell(client: Client, **query: str) -> str:
    return client.get("/w/shop/", query).content.decode()


def test_the_panel_is_rendered_once_for_each_language(add_widget: AddWidget) -> None:
    add_widget(header_title="Roses")
    client = Client()
    for language in ("en", "de"):
        with rendered() as first:
            assert "Roses" in shell(client, lang=language)
        with rendered() as second:
            assert "Roses" in shell(client, lang=language)
        assert "widget/customers/panel.html" in first
        assert second == []


def test_a_change_is_seen_at_once(
    add_widget: AddWidget, django_capture_on_commit_callbacks: OnCommit
) -> None:
    widget, client = add_widget(header_title="Roses", brand_color="#aa0000"), Client()
    assert "Roses" in shell(client)
    assert "#aa0000" in client.get("/w/shop/look.css").content.decode()
    assert "#aa0000" in client.get("/w/shop/embed.js").content.decode()
    widget.header_title, widget.brand_color = "Tulips", "#00aa00"
    with django_capture_on_commit_callbacks(execute=True):
        widget.save()
    assert "Tulips" in shell(client)
    assert "#00aa00" in client.get("/w/shop/look.css").content.decode()
    assert "#00aa00" in client.get("/w/shop/embed.js").content.decode()


def test_it_stands_under_the_address_it_was_asked_for(add_widget: AddWidget) -> None:
    add_widget()
    client = Client()
    assert 'href="/w/shop/look.css?' in shell(client)
    with override_script_prefix("/en/"):
        assert 'href="/en/w/shop/look.css?' in shell(client)
    assert 'href="/w/shop/look.css?' in shell(client)


@pytest.fixture
def counted() -> tuple[Callable[[Widget], int], list[str]]:
    """Something that is made of a widget, and of which ones it was."""
    made: list[str] = []

    @made_once_a_version
    def make(widget: Widget) -> int:
        made.append(widget.name)
        return len(made)

    return make, made


def test_who_read_the_widget_anew_makes_anew(
    add_widget: AddWidget, counted: tuple[Callable[[Widget], int], list[str]]
) -> None:
    make, made = counted
    add_widget()
    assert make(Widget.objects.find("shop")) == make(Widget.objects.find("shop")) == 1
    cache.clear()  # another process saved it, or its minute is over
    assert make(Widget.objects.find("shop")) == 2
    assert made == ["Shop", "Shop"]


def test_a_preview_is_made_each_time(
    add_widget: AddWidget, counted: tuple[Callable[[Widget], int], list[str]]
) -> None:
    make, _made = counted
    draft = Widget.objects.find(add_widget().key)
    maker = User.objects.create_superuser("Ada")
    key = publish_preview(draft, Preview("shop", maker.pk), "https://shop.example")
    shown = Widget.objects.find(key)
    assert [make(shown), make(shown)] == [1, 2]


@pytest.mark.night  # by day how the room is used, below
@pytest.mark.django_db
def test_many_widgets_loaders_are_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in two languages, with styles of its own."""
    colors = [f"{number:06x}" for number in range(500)]
    shop = {"name": "Shop", "organization_id": "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"}
    Widget.objects.bulk_create(
        Widget(**shop, key=f"shop-{color}", brand_color=f"#{color}") for color in colors
    )
    # What all of them share stays in this process, for the tests that come next: as it should be.
    Widget.objects.create(**shop, key="first")
    for language in ("en", "de"):
        Client().get("/w/first/embed.js", {"lang": language})
    work: list[str] = []

    def shorten(kind: str, text: str) -> str:
        work.append(kind)
        return text

    def compress(body: bytes) -> bytes:
        work.append("brotli")
        return body

    monkeypatch.setattr(minify, "string", shorten)
    monkeypatch.setattr(brotli, "compress", compress)
    client = Client(headers={"Accept-Encoding": "br"})

    def ask_for_all() -> int:
        before = len(work)
        for color in colors:
            for language in ("en", "de"):
                client.get(f"/w/shop-{color}/embed.js", {"lang": language})
        return len(work) - before

    assert ask_for_all() >= 1000
    assert ask_for_all() == 0


def test_what_was_not_asked_for_for_longest_makes_room() -> None:
    kept, made = Kept(100), list[str]()  # Python needs 41 bytes for each

    def ask_for(name: str) -> None:
        def make() -> bytes:
            made.append(name)
            return b"8 bytes."

        assert kept.get(name, make) == b"8 bytes."

    for name in ("old", "new", "old", "newer", "old", "new"):
        ask_for(name)
    assert made == ["old", "new", "newer", "new"]


def test_what_is_larger_than_all_the_room_is_made_each_time() -> None:
    kept = Kept(60)
    assert kept.get("large", lambda: "more" * 9) == "more" * 9
    assert kept.get("large", lambda: "other" * 9) == "other" * 9


def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    kept = Kept(120)  # room for two
    kept.get("other", lambda: "kept")
    for version in ("first", "second", "third"):
        assert kept.get("changed", partial(str, version), version) == version
    assert kept.get("other", lambda: "made anew") == "kept"
