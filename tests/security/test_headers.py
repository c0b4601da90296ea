"""Every answer has the headers that keep a browser safe, whoever makes it and however early."""

from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from pathlib import Path
from socket import create_connection

import pytest
from channels.testing import ApplicationCommunicator
from django.test import Client
from pytest_django import Settings

from config.http import PooledHandler
from config.static import with_static_files
from tests.config.test_server import PATIENCE, serving

NAMES = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
)
FORM = '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\r\n--x--\r\n'
ODD_CHARSET = "multipart/form-data; boundary=x; charset=utf-7"


def missing(headers: Mapping[str, str]) -> list[str]:
    return [name for name in NAMES if name not in headers]


def test_a_form_in_another_encoding_is_refused_with_them(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    refused = Client().post("/admin/login/", FORM, content_type=ODD_CHARSET, secure=True)
    assert refused.status_code == 400
    assert missing(refused.headers) == []
    assert "Strict-Transport-Security" in refused.headers


@pytest.mark.parametrize("redirects", [True, False])
def test_a_host_that_is_not_ours_is_refused_with_them(settings: Settings, redirects: bool) -> None:
    settings.SECURE_SSL_REDIRECT = redirects
    refused = Client().get("/admin/login/", HTTP_HOST="evil.example")
    assert refused.status_code == 400
    assert missing(refused.headers) == []


def test_a_form_that_is_too_large_is_refused_with_them(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    refused = Client().post("/admin/login/", {"username": "x" * 20})
    assert refused.status_code == 400
    assert missing(refused.headers) == []


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/%2e%2e/", "/nowhere", "/healthz", "/metrics"])
def test_whatever_is_asked_for_is_answered_with_them(settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = False
    assert missing(Client().get(path).headers) == []


def test_a_redirect_to_https_has_them(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/admin/")
    assert answer.status_code == 301
    assert missing(answer.headers) == []


async def test_what_is_no_request_to_django_is_refused_with_them() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"\xff"}
    asked = ApplicationCommunicator(PooledHandler(), scope)
    await asked.send_input({"type": "http.request", "body": b""})
    start = await asked.receive_output(5)
    assert start["status"] == 400
    headers = {name.decode().title(): value.decode() for name, value in start["headers"]}
    assert [name for name in NAMES if name.title() not in headers] == []


UPGRADE = (
    "Host: chat.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server that is only asked."""
    with serving() as server:
        yield server.port


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("GET /broken HTTP/1.1\r\nHost: chat.example\r\n", 500),
        ("GET / HTTP/1.1\r\nno header\r\n", 400),
        ("nonsense\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: chat.example\r\nContent-Length: 99999999\r\n", 413),
        (f"GET /refused HTTP/1.1\r\n{UPGRADE}13\r\n", 403),
        (f"GET / HTTP/1.1\r\n{UPGRADE}1\r\n", 400),
    ],
)
def test_what_the_server_answers_itself_has_them(port: int, asked: str, status: int) -> None:
    with create_connection(("127.0.0.1", port), PATIENCE) as browser:
        browser.sendall(f"{asked}\r\n".encode())
        answer = HTTPResponse(browser)
        answer.begin()
        assert answer.status == status
        assert missing(dict(answer.getheaders())) == []


async def test_a_file_has_them_and_nothing_in_it_runs(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG = False
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "mark.svg").write_text("<svg/>")
    path = f"{settings.STATIC_URL}mark.svg"
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    asked = ApplicationCommunicator(with_static_files(PooledHandler()), scope)
    await asked.send_input({"type": "http.request", "body": b""})
    start = await asked.receive_output(PATIENCE)
    assert start["status"] == 200
    headers = {name.decode().title(): value.decode() for name, value in start["headers"]}
    assert [name for name in NAMES if name.title() not in headers] == []
    assert "script-src" not in headers["Content-Security-Policy"]
    await asked.wait()
