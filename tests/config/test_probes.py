"""Health, readiness and metrics, as the machines that ask see them."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from config.http import PooledHandler
from tests.sandbox_rig import ROOT, Sandbox, free_port

NOWHERE = "127.0.0.1:1"

released = threading.Event()


def slow(request: HttpRequest) -> HttpResponse:
    """A view that waits for a LiveChat that does not answer."""
    released.wait(10)
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
            "DJANGO_SECRET_KEY": "only for tests " * 4,
            "ALLOWED_HOSTS": "chat.example",
            "DATA_DIR": str(directory),
            "LOG_LEVEL": "ERROR",
            **environment,
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


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
    start = await asked.receive_output(5)
    body = await asked.receive_output(5)
    await asked.wait(5)
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
    released.clear()
    handler = PooledHandler()
    stuck = asyncio.create_task(ask(handler, "/slow"))
    await asyncio.sleep(0.1)
    try:
        status, _body = await ask(handler, path)
        assert status == 200
        assert not stuck.done()
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
        assert requests.get(f"{url}/healthz", timeout=10).status_code == 200
        answer = requests.get(f"{url}/readyz", timeout=10)
    assert answer.status_code == 503
    assert answer.json() == dict.fromkeys(("database", "livechat", "redis"), "unreachable")


def test_our_database_is_told_apart_from_livechat(tmp_path: Path, sandbox: Sandbox) -> None:
    with serving(
        tmp_path,
        DATABASE_URL=f"postgres://nobody@{NOWHERE}/nothing",
        LIVECHAT_API_URL=sandbox.url,
        LIVECHAT_ACCOUNTS_URL=sandbox.url,
    ) as url:
        answer = requests.get(f"{url}/readyz", timeout=10)
    assert answer.json() == {"database": "unreachable", "livechat": "ok"}


def test_with_everything_in_reach_it_is_ready(tmp_path: Path, sandbox: Sandbox) -> None:
    with serving(tmp_path, LIVECHAT_API_URL=sandbox.url, LIVECHAT_ACCOUNTS_URL=sandbox.url) as url:
        answer = requests.get(f"{url}/readyz", timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "livechat": "ok"})


def test_readiness_is_read_and_never_written() -> None:
    assert Client().post("/readyz", json.dumps({}), "application/json").status_code == 405
