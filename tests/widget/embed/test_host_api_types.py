"""The types that docs/host-api.d.ts offers a website's developer."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.sandbox_rig import ROOT
from tests.shared import alone

FOLDER = ROOT / "tests/javascript"
TYPES = ROOT / "docs/host-api.d.ts"
DOCUMENTATION = (ROOT / "docs/host-api.md").read_text()
OLDER = (ROOT / "static/widget/embed/lc_api.js").read_text()
LIMIT = 300  # seconds, to install and compile


@pytest.fixture(scope="session")
def compiler() -> Path:
    """What package-lock.json names, installed once; other workers wait for the first."""
    tsc = FOLDER / "node_modules/.bin/tsc"
    with alone(FOLDER / "package-lock.json"):
        if not tsc.exists():
            install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(install, cwd=FOLDER, check=True, timeout=LIMIT)
    return tsc


def test_a_website_in_typescript_compiles_and_its_mistakes_do_not(compiler: Path) -> None:
    options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"]
    command = [str(compiler), *options, str(TYPES), str(FOLDER / "website.ts")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def names_in(interface: str) -> set[str]:
    """The members of an interface in the types."""
    body = re.search(rf"^interface {interface} {{\n(.*?)^}}", TYPES.read_text(), re.M | re.S)
    assert body
    return set(re.findall(r"^  (\w+)[?(:]", body[1], re.M))


def names_under(heading: str) -> set[str]:
    """What the first column of this section's table names."""
    section = DOCUMENTATION.split(f"\n## {heading}")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", section, re.M)
    return {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize(
    ("heading", "interface"),
    [
        ("Methods", "LiveChatWidgetMethods"),
        ("Getters", "LiveChatWidgetGetters"),
        ("Events", "LiveChatWidgetEvents"),
    ],
)
def test_what_is_documented_has_a_type(heading: str, interface: str) -> None:
    documented = names_under(heading)
    assert len(documented) > 2
    assert documented <= names_in(interface)


def test_every_method_of_the_loader_is_documented_and_has_a_type() -> None:
    source = (ROOT / "static/widget/embed/life/methods.js").read_text()
    table = source.split("export const methods = {")[1].split("\n};")[0]
    methods = set(re.findall(r"^  (\w+)[:(,]", table, re.M))
    assert {"maximize", "toggle", "logout"} <= methods
    assert methods <= names_under("Methods") & names_in("LiveChatWidgetMethods")


def test_every_method_of_the_older_api_has_a_type() -> None:
    table = OLDER.split("const methods = {")[1].split("\n};")[0]
    methods = set(re.findall(r"^  (\w+):", table, re.M))
    callbacks = set(re.findall(r'"(on_\w+)"', OLDER))
    assert len(methods) > 20
    assert methods | callbacks == names_in("LiveChatOlderApi")


@pytest.mark.parametrize(
    ("heading", "interface"),
    [
        ("The page to the panel", "MessagesToPanel"),
        ("The panel to the page", "MessagesToHost"),
    ],
)
def test_every_message_between_page_and_panel_is_documented(heading: str, interface: str) -> None:
    types = (ROOT / "static/widget/messages.d.ts").read_text()
    declared = re.search(rf"^interface {interface} {{\n(.*?)^}}", types, re.M | re.S)
    documented = (ROOT / "docs/browser-messages.md").read_text()
    section = documented.split(f"\n## {heading}")[1].split("\n## ")[0]
    assert declared
    names = set(re.findall(r"^  (\w+):", declared[1], re.M))
    assert len(names) > 5
    first_cells = re.findall(r"^\| (`.*?) \|", section, re.M)
    assert names == {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
