"""The panel's scripts and shell as they travel: few, small, and kept while they hold."""

import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.test import Client

from tests.sandbox_rig import ROOT
from widget.customers.views.panel import SHARED
from widget.models import Widget

PACKED = {"Accept-Encoding": "br"}
BUDGET = 35_000  # bytes, brotli: the shell, its style and scripts, of which htmx is half


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


def test_shell_scripts_and_style_fit_their_budget(client: Client, widget: Widget) -> None:
    answers = [client.get(path, headers=PACKED) for path in ("/w/demo/", scripts_address(client))]
    style = brotli.compress((ROOT / "static/widget/customers/panel.css").read_bytes())
    assert sum(len(answer.content) for answer in answers) + len(style) < BUDGET


def test_the_shell_asks_for_two_scripts(client: Client, widget: Widget) -> None:
    """One that asks the host page who is there, and all the rest."""
    shell = client.get("/w/demo/").content.decode()
    assert len(re.findall(r"<script", shell)) == 2


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
    shared = "|".join(SHARED)
    allowed = rf'import \{{ [\w, ]+ \}} from "\./({shared})\.js";'
    for module in Path(ROOT / "static/widget/customers").glob("*.js"):
        text = module.read_text()
        for line in re.findall(r"^import .*", text, re.MULTILINE):
            assert re.fullmatch(allowed, line), module
        assert module.stem in SHARED or not re.search(r"^export ", text, re.MULTILINE), module
