"""What holds for the whole project, so that it stays easy to find one's way in."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "widget", "chatproxy", "sandbox", "tests", "bench")
MODULES = sorted(
    path.relative_to(ROOT)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts and "node_modules" not in path.parts
)
# Saved to a disk, where there is no stylesheet of ours to link to.
DOWNLOADED = {Path("templates/widget/customers/transcript.html")}
TEMPLATES = sorted(
    {
        path.relative_to(ROOT)
        for place in ("templates", "sandbox/livechat_sandbox/templates")
        for path in (ROOT / place).rglob("*.html")
    }
    - DOWNLOADED
)
INLINE = re.compile(
    r"<style\b"
    r"|<script\b(?![^>]*\bsrc=)(?![^>]*\btype=\"(?:application/json|text/template)\")"
    r"|\sstyle="
    r"|\son[a-z]+="
    r"|\shx-on\b"
    r"|=[\"']js:"
    r"|javascript:",
    re.IGNORECASE,
)

HIDDEN_STATE = """if True:
    import functools, threading, types
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import dataclass

    class Keeper:
        known = set()
        def __init__(self):
            self.kept = 1

    @dataclass(frozen=True)
    class Value:
        kept: int

    def in_threads():
        pool = ThreadPoolExecutor(1)
        return lambda work: pool.submit(work)

    @functools.cache
    def at_first_use():
        return Keeper()

    KNOWN, last = {}, [1]
    KEEPERS, VALUES, WORDS = {"one": Keeper()}, [Value(1)], {"one": "word"}
    in_thread = in_threads()
    threading.Thread(target=threading.Event().wait, name="worker", daemon=True).start()
"""


@pytest.mark.parametrize("project", [".", "sandbox"])
def test_every_room_imports_only_what_it_may(project: str) -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT / project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_livechat_client_needs_neither_settings_nor_a_database() -> None:
    """Only Django's translations, for what customers are told; import-linter sees no deeper."""
    code = """if True:
        import importlib, pkgutil, sys
        for name in ("chatproxy.livechat", "chatproxy.doctor"):
            package = importlib.import_module(name)
            for module in pkgutil.iter_modules(package.__path__, f"{name}."):
                importlib.import_module(module.name)
        from django.conf import settings
        print(settings.configured, "django.db.models" in sys.modules)
    """
    environment = {name: os.environ[name] for name in os.environ if "SETTINGS" not in name}
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout.split() == ["False", "False"], found.stderr


def state_made_by_importing(*packages: str, settings: str, path: Path) -> list[str]:
    found = subprocess.run(
        [sys.executable, "-m", "tests.imported_state", *packages],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


@pytest.mark.night  # a rule for us: no customer sees it broken at once
def test_importing_makes_no_state() -> None:
    """An app holds what is the process's, or a cached function makes it at first use."""
    ours = state_made_by_importing(
        *("config", "widget", "chatproxy"), settings="tests.settings", path=ROOT
    )
    sandboxes = state_made_by_importing(
        "livechat_sandbox", settings="livechat_sandbox.settings", path=ROOT / "sandbox"
    )
    assert ours + sandboxes == []


@pytest.mark.night  # it tries the test above
def test_state_is_found_wherever_importing_hides_it(tmp_path: Path) -> None:
    package = tmp_path / "globals_of_ours"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "module.py").write_text(HIDDEN_STATE)
    found = state_made_by_importing(package.name, settings="tests.settings", path=tmp_path)
    assert {line.removeprefix(f"{package.name}.module.") for line in found} == {
        "KNOWN: dict",
        "last: list",
        "KEEPERS: Keeper",
        "Keeper.known: set",
        "in_thread: ThreadPoolExecutor",
        "worker: a thread that runs",
    }


def test_a_module_opens_by_saying_what_lives_there() -> None:
    sources = {str(module): (ROOT / module).read_text() for module in MODULES}
    assert len(sources) > 500
    silent = [name for name, source in sources.items() if not source.startswith('"""')]
    assert [name for name in silent if sources[name].strip()] == []


def blocked_in(template: Path) -> list[str]:
    """What a strict policy would block."""
    comment = r"\{#.*?#\}|\{% comment.*?endcomment %\}"
    return INLINE.findall(re.sub(comment, "", (ROOT / template).read_text()))


def test_a_template_has_nothing_that_a_strict_policy_would_block() -> None:
    assert len(TEMPLATES) > 50
    found = {str(template): blocked_in(template) for template in TEMPLATES}
    assert {name: blocked for name, blocked in found.items() if blocked} == {}


def settings_from_the_environment() -> set[str]:
    source = (ROOT / "config" / "settings.py").read_text()
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))


def test_every_setting_is_explained_to_operators() -> None:
    explained = (ROOT / "docs" / "operators.md").read_text()
    assert [name for name in settings_from_the_environment() if f"`{name}`" not in explained] == []


def test_the_locked_requirements_name_no_place_to_fetch_them_from() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / lock).read_text()
        assert "--hash=sha256:" in (ROOT / lock).read_text()


def links_in(markdown: str) -> list[str]:
    """The files that a page links to."""
    prose = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    return re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", prose)


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    broken = [
        f"{page}: {link}"
        for page in tracked.stdout.split()
        for link in links_in((ROOT / page).read_text())
        if not (ROOT / page).parent.joinpath(link).exists()
    ]
    assert broken == []
