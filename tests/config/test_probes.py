"""Health, readiness and metrics, as the machines that ask see them."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from chatproxy import turns
from chatproxy.turns import Turns
from config.http import PooledHandler
from tests.sandbox_rig import ROOT, START_LIMIT, Sandbox, free_port, is_served
from tests.waiting import wait_until
from tests.widget.visitor import Visitor

KEY = "only for tests " * 4
NOWHERE = "127.0.0.1:1"
PATIENCE = 30  # seconds for what a test waits for, on a busy machine

started, released = threading.Event(), threading.Event()


def slow(request: HttpRequest) -> HttpResponse:
    """A view that waits for a LiveChat that does not answer."""
    started.set()
    released.wait(PATIENCE)
    return HttpResponse("at last")


urlpatterns = [path("slow", slow)]


@contextmanager
def serving(directory: Path, **environment: str) -> Iterator[str]:
    """The address of a server of its own, in production's settings."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env={
            "DJANGO_SECRET_KEY": KEY,
            "ALLOWED_HOSTS": "chat.example",
            "DATA_DIR": str(directory),
            "LOG_LEVEL": "ERROR",
            **environment,
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: is_served(port), START_LIMIT)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def parts_of(url: str) -> tuple[str, int]:
    """Host and port of a server's address."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def migrate(directory: Path) -> None:
    """Make the tables of a server's database."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={"DJANGO_SECRET_KEY": KEY, "DATA_DIR": str(directory)},
        check=True,
    )


async def ask(handler: PooledHandler, path: str) -> tuple[int, Any]:
    """Status and body of a request that goes the whole way through Django."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(b"host", b"testserver")],
        "query_string": b"",
        "client": ["127.0.0.1", 5000],
    }
    asked = ApplicationCommunicator(handler, scope)
    await asked.send_input({"type": "http.request", "body": b""})
    start = await asked.receive_output(PATIENCE)
    body = await asked.receive_output(PATIENCE)
    await asked.wait(PATIENCE)
    return start["status"], body["body"]


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_a_probe_may_come_by_address_and_without_tls(path: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["chat.example"], True
    assert Client().get(path, HTTP_HOST="10.1.2.3:8000").status_code == 200


def test_pages_still_need_a_host_they_know(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    assert Client().get("/admin/", HTTP_HOST="10.1.2.3:8000").status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
async def test_probes_are_answered_when_every_worker_waits(path: str, settings: Settings) -> None:
    settings.ROOT_URLCONF, settings.WORKER_THREADS = __name__, 1
    started.clear()
    released.clear()
    handler = PooledHandler()
    stuck = asyncio.create_task(ask(handler, "/slow"))
    assert await asyncio.to_thread(started.wait, PATIENCE)
    try:
        status, _body = await ask(handler, path)
        assert status == 200
        assert not stuck.done()
    finally:
        released.set()
        await stuck


async def test_probes_are_answered_when_nobody_s_turn_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "STANDSTILL", 10 * PATIENCE)
    settings.ROOT_URLCONF = __name__
    started.clear()
    released.clear()
    handler = PooledHandler()
    handler.turns = Turns(1)
    stuck = asyncio.create_task(ask(handler, "/slow"))
    assert await asyncio.to_thread(started.wait, PATIENCE)
    try:
        status, _body = await ask(handler, "/healthz")
        assert status == 200
    finally:
        released.set()
        await stuck


def test_whatever_is_out_of_reach_is_named(tmp_path: Path) -> None:
    with serving(
        tmp_path,
        DATABASE_URL=f"postgres://nobody@{NOWHERE}/nothing",
        REDIS_URL=f"redis://{NOWHERE}/0",
        LIVECHAT_API_URL=f"http://{NOWHERE}",
        LIVECHAT_ACCOUNTS_URL=f"http://{NOWHERE}",
    ) as url:
        assert requests.get(f"{url}/healthz", timeout=PATIENCE).status_code == 200
        answer = requests.get(f"{url}/readyz", timeout=PATIENCE)
    assert answer.status_code == 503
    assert answer.json() == dict.fromkeys(("database", "livechat", "redis"), "unreachable")


@pytest.mark.night  # by day both are named
def test_our_database_is_told_apart_from_livechat(tmp_path: Path, sandbox: Sandbox) -> None:
    with serving(
        tmp_path,
        DATABASE_URL=f"postgres://nobody@{NOWHERE}/nothing",
        LIVECHAT_API_URL=sandbox.url,
        LIVECHAT_ACCOUNTS_URL=sandbox.url,
    ) as url:
        answer = requests.get(f"{url}/readyz", timeout=PATIENCE)
    assert answer.json() == {"database": "unreachable", "livechat": "ok"}


@pytest.mark.night  # by day the demo is: test_demo.py
def test_with_everything_in_reach_it_is_ready(tmp_path: Path, sandbox: Sandbox) -> None:
    migrate(tmp_path)
    with serving(tmp_path, LIVECHAT_API_URL=sandbox.url, LIVECHAT_ACCOUNTS_URL=sandbox.url) as url:
        answer = requests.get(f"{url}/readyz", timeout=PATIENCE)
    ready = dict.fromkeys(("database", "livechat", "encryption"), "ok")
    assert (answer.status_code, answer.json()) == (200, ready)


@pytest.mark.django_db
def test_a_key_that_opens_nothing_is_not_ready(
    sandbox: Sandbox, customer: Visitor, settings: Settings
) -> None:
    assert Client().get("/readyz").json()["encryption"] == "ok"
    settings.CHAT_ENCRYPTION_KEYS = ["another key than the one that encrypted"]
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["encryption"]) == (503, "unreadable")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("address", ["/healthz", "/healthz/"])
def test_load_balancers_ask_as_they_can(method: str, address: str) -> None:
    assert Client().generic(method, address).status_code == 200


@pytest.mark.night  # rare
def test_an_address_may_be_asked_for_whole_and_its_host_counts(tmp_path: Path) -> None:
    """Source: RFC 9112, 3.2.2."""
    with serving(tmp_path) as url:
        for target, host, status in (
            ("http://10.0.0.9:80/healthz", b"x", 200),
            ("HTTP://chat.example/healthz/", b"x", 200),
            ("http://evil.example/admin/", b"chat.example", 400),
        ):
            with socket.create_connection(parts_of(url)) as asking:
                asking.sendall(b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (target.encode(), host))
                assert asking.recv(4096).startswith(b"HTTP/1.1 %d " % status), target


def test_readiness_is_read_and_never_written() -> None:
    assert Client().post("/readyz", json.dumps({}), "application/json").status_code == 405
