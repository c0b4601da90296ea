"""The sandbox as somebody else installs it: a wheel, an empty environment, a fixture."""

import ast
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email import message_from_string
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from livechat_sandbox.settings import INSTALLED_APPS
from tests.sandbox_rig import ROOT

PROJECT = ROOT / "sandbox"
PACKAGE = PROJECT / "livechat_sandbox"

USES_THE_FIXTURE = """
def test_everything_the_fixture_promises(livechat):
    assert livechat.config["organization_id"]
    livechat.reset(seed="same")
    first = livechat.config
    livechat.settings(forms={"prechat": True})
    livechat.fault("error", type="internal", method="list_chats")
    livechat.advance(60)
    assert livechat.agent().chats() == []
    assert [each["method"] for each in livechat.requests(side="agent")] == ["list_chats"]
    livechat.reset(seed="same")
    assert livechat.config == first
    assert livechat.agent("maria@shop.example").name == "Maria"

def test_it_is_fresh_for_each(livechat):
    assert livechat.requests() == []
    assert livechat.settings()["forms"]["prechat"] is False
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    [path] = made.glob("livechat_sandbox-*.whl")
    return path


@pytest.fixture(scope="session")
def empty(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and what it depends on as it is installed here."""
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    asked = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    site = Path(asked.stdout.strip())
    (site / "installed-here.pth").write_text(sysconfig.get_path("purelib"))
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--offline"]
    subprocess.run([*command, "--python", python, str(wheel)], check=True)
    return home


def run(empty: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As if there were no checkout of this project."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [empty / "bin" / command[0], *command[1:]],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    tracked = subprocess.run(
        ["git", "ls-files", "livechat_sandbox"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert ours == set(tracked.stdout.split())
    assert {name.rpartition(".")[2] for name in ours} >= {"py", "html", "css", "js", "svg", "typed"}


def test_its_metadata_has_the_version_of_the_package(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [name] = [each for each in archive.namelist() if each.endswith("/METADATA")]
    metadata = message_from_string(archive.read(name).decode())
    assert f'__version__ = "{metadata["Version"]}"' in (PACKAGE / "__init__.py").read_text()
    assert metadata["License-Expression"] == "BSD-3-Clause"


def imported_by_the_package() -> set[str]:
    imported = {
        name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in names_of(node)
    }
    return {name.partition(".")[0] for name in (*imported, *INSTALLED_APPS)}


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_it_says_what_it_depends_on(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [name] = [each for each in archive.namelist() if each.endswith("/METADATA")]
    metadata = message_from_string(archive.read(name).decode())
    required = [each for each in metadata.get_all("Requires-Dist") or [] if "extra ==" not in each]
    said = {each.partition(" ")[0].partition(">")[0].partition("~")[0].lower() for each in required}
    brought = {"twisted": "daphne"}  # comes with it, whatever the version
    of = packages_distributions()
    needed = {
        brought.get(name, of[name][0].lower())
        for name in imported_by_the_package() - sys.stdlib_module_names - {"livechat_sandbox"}
    }
    extras = {"mcp"}  # imported when it is asked for
    assert needed - {"pytest"} - extras == said
    assert metadata.get_all("Provides-Extra") == sorted(extras)


def test_nothing_of_an_extra_is_imported_at_the_start() -> None:
    """So a plain install works, and starts in the time it takes: only one module uses the SDK."""
    imports = {
        str(path.relative_to(PACKAGE)): [
            f"{node.module}.{each.name}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        ]
        for path in PACKAGE.rglob("*.py")
    }
    users = [path for path, names in imports.items() if any(n.startswith("mcp.") for n in names)]
    assert users == ["mcp/door.py"]
    assert not [names for names in imports.values() if "livechat_sandbox.mcp.door" in names]


def test_the_fixture_is_there_in_an_empty_environment(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(USES_THE_FIXTURE)
    ended = run(empty, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "2 passed" in ended.stdout, ended.stdout + ended.stderr


def test_none_of_this_checkout_is_on_its_path(empty: Path, tmp_path: Path) -> None:
    where = "import livechat_sandbox, importlib.util as u; print(livechat_sandbox.__file__);"
    where += "print(u.find_spec('widget'), u.find_spec('chatproxy'), u.find_spec('config'))"
    told = run(empty, "python", "-c", where, cwd=tmp_path).stdout.splitlines()
    assert Path(told[0]).is_relative_to(empty)
    assert told[1] == "None None None"


def test_the_command_is_there(empty: Path, tmp_path: Path) -> None:
    told = run(empty, "livechat-sandbox", "--version", cwd=tmp_path).stdout.strip()
    assert f'"{told}"' in (PACKAGE / "__init__.py").read_text()
