"""The panel's scripts and shell as they travel: few, small, and kept while they hold."""

import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.test import Client

from tests.sandbox_rig import ROOT
from widget.customers.views.panel import CONVERSATION, CONVERSATION_SHARED, SHARED
from widget.models import Widget

PACKED = {"Accept-Encoding": "br"}
BUDGET = 35_000  # bytes, brotli: all that opening fetches, of which htmx is a third
LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.fixture
def widget(db: None) -> Widget:
    return Widget.objects.create(
        key="demo", name="Demo", organization_id="7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
    )


def scripts_address(client: Client) -> str:
    shell = client.get("/w/demo/").content.decode()
    found = re.search(r'src="(/w/demo/panel\.js\?\w+)"', shell)
    assert found
    return found[1]


def fetched_by(shell: str) -> list[str]:
    """The addresses of scripts and styles that a browser fetches with it."""
    return re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', shell)


def packed_size(client: Client, address: str) -> int:
    """Bytes as they travel; a file of ours is compressed as a deployment does it."""
    if address.startswith("/static/"):
        return len(brotli.compress((ROOT / address.lstrip("/")).read_bytes()))
    return len(client.get(address, headers=PACKED).content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_opening_fetches_fits_its_budget(
    client: Client, widget: Widget, language: str
) -> None:
    """The loader's second half, the shell, and what that asks for; bench/loader.py measures it."""
    shell = f"/w/demo/?lang={language}"
    fetched = fetched_by(client.get(shell).content.decode())
    addresses = [f"/w/demo/loader_panel.js?lang={language}", shell, *fetched]
    assert sum(packed_size(client, address) for address in addresses) < BUDGET


def test_the_shell_asks_for_two_scripts_and_a_style(client: Client, widget: Widget) -> None:
    """One that asks the host page who is there, and all the rest."""
    fetched = fetched_by(client.get("/w/demo/").content.decode())
    assert len(fetched) == 3


def test_what_a_conversation_needs_comes_with_it(client: Client, widget: Widget) -> None:
    shell = client.get("/w/demo/").content.decode()
    found = re.search(r'data-conversation="([^"]+)"', shell)
    assert found
    answer = client.get(found[1])
    assert b"registerExtension" in answer.content
    assert "max-age=31536000" in answer["Cache-Control"]
    assert 'data-conversation-style="/static/widget/customers/conversation.css"' in shell


def test_the_style_is_kept_for_good_under_its_version_only(client: Client, widget: Widget) -> None:
    shell = client.get("/w/demo/").content.decode()
    found = re.search(r'href="(/w/demo/look\.css\?\w+)"', shell)
    assert found
    assert "max-age=31536000" in client.get(found[1])["Cache-Control"]
    assert "max-age=0" in client.get("/w/demo/look.css?of-another-release")["Cache-Control"]


def test_the_scripts_are_kept_for_good_under_their_version_only(
    client: Client, widget: Widget
) -> None:
    assert "max-age=31536000" in client.get(scripts_address(client))["Cache-Control"]
    assert "max-age=0" in client.get("/w/demo/panel.js?of-another-release")["Cache-Control"]


def test_a_feature_that_is_off_has_no_script(
    client: Client, widget: Widget, django_capture_on_commit_callbacks: Any
) -> None:
    with_sound = client.get(scripts_address(client)).content
    widget.sound = False
    with django_capture_on_commit_callbacks(execute=True):
        widget.save()
    without = client.get(scripts_address(client)).content
    assert b"AudioContext" in with_sound
    assert b"AudioContext" not in without


def test_the_scripts_of_the_panel_import_what_is_shared_and_nothing_else() -> None:
    """They are joined into one script, each in a block of its own, after what is shared."""
    for module in Path(ROOT / "static/widget/customers").glob("*.js"):
        text = module.read_text()
        shared = "|".join(CONVERSATION_SHARED if module.stem in CONVERSATION else SHARED)
        allowed = rf'import \{{ [\w, ]+ \}} from "\./({shared})\.js";'
        for line in re.findall(r"^import .*", text, re.MULTILINE):
            assert re.fullmatch(allowed, line), module
        assert module.stem in SHARED or not re.search(r"^export ", text, re.MULTILINE), module
