"""What settings refuse, and what they keep to themselves."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox_rig import ROOT

GOOD = "kept by nobody but these tests and long enough for them"


def start(
    directory: Path, *command: str, program: str = "import config.settings", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of Django's in production's settings, or a program that reads these."""
    run = (str(ROOT / "manage.py"), *command) if command else ("-c", program)
    return subprocess.run(
        [sys.executable, *run],
        cwd=directory,
        env={"DATA_DIR": str(directory), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "weak", ["", "short", "x" * 60, "django-insecure-" + GOOD, "development-only-" + GOOD]
)
def test_production_refuses_a_key_that_could_be_guessed(tmp_path: Path, weak: str) -> None:
    refused = start(tmp_path, DJANGO_SECRET_KEY=weak)
    assert refused.returncode != 0
    assert "DJANGO_SECRET_KEY" in refused.stderr.splitlines()[-1]


def test_production_refuses_a_weak_key_for_what_is_encrypted(tmp_path: Path) -> None:
    refused = start(tmp_path, DJANGO_SECRET_KEY=GOOD, ENCRYPTION_KEYS=f"{GOOD},short")
    assert "ENCRYPTION_KEYS" in refused.stderr.splitlines()[-1]


def test_production_starts_with_good_keys(tmp_path: Path) -> None:
    assert start(tmp_path, "check", DJANGO_SECRET_KEY=GOOD, ENCRYPTION_KEYS=GOOD).returncode == 0


@pytest.mark.parametrize(
    ("said", "connect_timeout"), [("", 5), ("?connect_timeout=3&sslmode=disable", 3)]
)
def test_a_database_that_falls_silent_is_given_up(
    tmp_path: Path, said: str, connect_timeout: int
) -> None:
    program = (
        "from config.settings import DATABASES; import json;"
        "print(json.dumps(DATABASES['default']['OPTIONS']))"
    )
    read = start(
        tmp_path,
        program=program,
        DJANGO_SECRET_KEY=GOOD,
        DATABASE_URL=f"postgres://chat:password@127.0.0.1/chat{said}",
    )
    options = json.loads(read.stdout)
    limits = ("connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval")
    assert [options[name] for name in limits] == [connect_timeout, 10_000, 30, 5]
    assert ("sslmode" in options) == bool(said)


def modes(directory: Path) -> dict[str, int]:
    return {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in directory.iterdir()
        if path.is_file()
    }


def test_nobody_else_on_the_machine_reads_our_files(tmp_path: Path) -> None:
    assert start(tmp_path, "migrate", "--verbosity", "0", DEBUG="1").returncode == 0
    found = modes(tmp_path)
    assert {"db.sqlite3", "development.key"} <= set(found)
    assert set(found.values()) == {0o600}


@pytest.mark.parametrize(
    ("url", "files"),
    [
        ("sqlite:///chat.sqlite3", {"chat.sqlite3": 0o600}),
        ("sqlite:///./chat.sqlite3", {"chat.sqlite3": 0o600}),
        ("sqlite:///data/../chat.sqlite3", {"chat.sqlite3": 0o600}),
        ("sqlite://:memory:", {}),
        ("sqlite:///file:chat?mode=memory", {}),
    ],
)
def test_nor_a_database_beside_the_command(tmp_path: Path, url: str, files: dict[str, int]) -> None:
    (tmp_path / "data").mkdir()
    assert start(tmp_path, DJANGO_SECRET_KEY=GOOD, DATABASE_URL=url).returncode == 0
    assert modes(tmp_path) == files
