"""deploy/compose.yaml in a real engine: `make containers`. Needs Docker with Compose 2.24 or newer.

Where no registry of images can be reached, tests/deploy/containers/stand_ins.sh comes first.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import requests

from bench import processes
from bench.visitors import Visitors

COMPOSE = ("docker", "compose", "--project-name", "chat-test")
FILES = ("-f", "deploy/compose.yaml", "-f", "tests/deploy/containers/override.yaml")
MANAGE = (".venv/bin/python", "manage.py")
STARTS = 60.0  # seconds until the site answers
CUSTOMERS = 8
PHASE = 5.0  # seconds of talk between two things that happen
pytestmark = pytest.mark.timeout(900)


class Site:
    """The containers, and where they are reached from outside."""

    def __init__(self, directory: Path) -> None:
        self.certificate, _key = processes.certificate_in(directory)
        self.port, self.sandbox_port = processes.free_port(), processes.free_port()
        self.environment = os.environ | {
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
            "ENCRYPTION_KEYS": secrets.token_urlsafe(50),
            "POSTGRES_PASSWORD": secrets.token_urlsafe(20),
            "ALLOWED_HOSTS": "localhost",
            "TLS": str(directory),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
        }

    def compose(self, *command: str) -> str:
        """What a command of Compose's printed. It must succeed."""
        done = subprocess.run(
            [*COMPOSE, *FILES, *command],
            cwd=processes.ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def inside(self, service: str, *command: str) -> str:
        return self.compose("exec", "--no-TTY", service, *command).strip()

    def state(self, service: str) -> tuple[str, str, int]:
        """Its state, its health and its exit code."""
        told = json.loads(self.compose("ps", "--all", "--format", "json", service))
        return told["State"], told["Health"], told["ExitCode"]

    def is_healthy(self, service: str) -> bool:
        return self.state(service)[1] == "healthy"

    def get(self, path: str) -> requests.Response:
        address = f"https://localhost:{self.port}{path}"
        return requests.get(address, verify=str(self.certificate), timeout=10)


def eventually(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("tls"))
    try:
        made.compose("up", "--detach", "--build")
        for service in ("chat1", "chat2"):
            eventually(partial(made.is_healthy, service))
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "5")


def test_the_database_is_migrated_before_anything_serves(site: Site) -> None:
    assert site.state("migrate") == ("exited", "", 0)
    assert "[ ]" not in site.inside("chat1", *MANAGE, "showmigrations")


def test_everything_goes_on_running(site: Site) -> None:
    for service in ("chat1", "chat2", "forget", "nginx", "postgres", "redis"):
        assert site.state(service)[0] == "running"


def test_the_site_answers_through_nginx(site: Site) -> None:
    assert site.get("/healthz").text == "ok"
    assert site.get("/admin/login/").status_code == 200


def test_what_is_for_operators_is_not_on_the_internet(site: Site) -> None:
    assert site.get("/metrics").status_code == 404
    assert site.get("/readyz").status_code == 404


def test_each_process_reaches_everything(site: Site) -> None:
    ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/readyz').read().decode())"
    for service in ("chat1", "chat2"):
        told = json.loads(site.inside(service, MANAGE[0], "-c", ask))
        assert told == dict.fromkeys(("database", "livechat", "redis", "encryption"), "ok")


def test_the_server_has_no_privileges_and_cannot_change_its_code(site: Site) -> None:
    assert site.inside("chat1", "id", "-un") == "chat"
    with pytest.raises(AssertionError, match="Permission denied"):
        site.inside("chat1", "touch", "manage.py")


def test_a_container_dies_another_is_replaced_and_nothing_is_lost(site: Site) -> None:
    livechat = f"http://127.0.0.1:{site.sandbox_port}"
    visitors = Visitors(site.port, livechat, site.certificate, CUSTOMERS)
    site.inside("chat1", *MANAGE, "shell", "-c", visitors.widget())
    asyncio.run(under_turmoil(visitors, site))
    assert (visitors.lost, visitors.doubled) == (0, 0), visitors.report()
    assert sum(len(visitor.away) for visitor in visitors.visitors) > 0, visitors.report()


async def under_turmoil(visitors: Visitors, site: Site) -> None:
    async with visitors.chatting():
        for command in (
            ("kill", "chat1"),
            ("up", "--detach", "--no-deps", "chat1"),
            # As an upgrade does, and with another's address to be had.
            ("up", "--detach", "--no-deps", "--force-recreate", "--wait", "chat1", "chat2"),
        ):
            await asyncio.sleep(PHASE)
            await asyncio.to_thread(site.compose, *command)
        await asyncio.sleep(PHASE)
    await visitors.settle()
