"""One request to LiveChat as it goes over the wire, and what its end is called."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chatproxy.livechat import http
from chatproxy.livechat.errors import NotConnected, Unreachable
from tests.sandbox.official.tls import tls_front
from tests.sandbox_rig import free_port


class Peer(ThreadingHTTPServer):
    """Answers with `answer`: status, headers, body. Keeps what it was asked, and by whom."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.clients: set[Any] = set()


class Handler(BaseHTTPRequestHandler):
    server: Peer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        self.server.clients.add(self.client_address)
        status, headers, answer = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_DELETE = do_POST  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_json_is_sent_as_such(peer: Peer) -> None:
    http.request("POST", peer.url, json={"text": "Grüße \ud800"})
    [(_, _, headers, body)] = peer.asked
    assert headers["Content-Type"] == "application/json"
    assert body == b'{"text": "Gr\\u00fc\\u00dfe \\ud800"}'


def test_parameters_are_part_of_the_address(peer: Peer) -> None:
    http.request("GET", f"{peer.url}/action", params={"organization_id": "a b", "group_id": 1})
    assert peer.asked[0][:2] == ("GET", "/action?organization_id=a+b&group_id=1")


def test_headers_of_a_call_come_beside_those_of_all(peer: Peer) -> None:
    http.request("GET", peer.url, headers={"X-Region": "fra"})
    sent = peer.asked[0][2]
    assert sent["X-Region"] == "fra"
    assert sent["Accept"] == "*/*"
    assert sent["User-Agent"].startswith("python-requests/")


def test_a_redirection_is_an_answer(peer: Peer) -> None:
    peer.answer = (302, {"Location": f"{peer.url}/elsewhere"}, b"")
    assert http.request("GET", peer.url).status == 302
    assert len(peer.asked) == 1


@pytest.mark.parametrize("status", [200, 204, 400])
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_a_connection_serves_again(peer: Peer, status: int, body: bytes) -> None:
    peer.answer = (status, {}, body if status != 204 else b"")
    for _ in range(3):
        http.request("DELETE", peer.url)
    assert len(peer.clients) == 1


def test_cookies_that_are_set_belong_to_nobody_else(peer: Peer) -> None:
    peer.answer = (200, {"Set-Cookie": "__lc_cid=c1; Path=/"}, b"{}")
    for _ in range(2):
        http.request("GET", peer.url)
    assert "Cookie" not in peer.asked[1][2]


@pytest.mark.timeout(10)
def test_an_answer_that_is_given_up_takes_no_place_from_the_next(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "POOL_SIZE", 1)
    http._adapter.cache_clear()
    peer.answer = (200, {}, b"x" * 200_000)
    monkeypatch.setattr(http, "LARGEST", 100)
    try:
        for _ in range(3):
            with pytest.raises(Unreachable):
                http.request("GET", peer.url)
    finally:
        http._adapter.cache_clear()


def test_what_no_header_may_hold_is_not_sent(peer: Peer) -> None:
    with pytest.raises(Unreachable):
        http.request("GET", peer.url, headers={"Authorization": "Bearer a\r\nX-Forged: 1"})
    assert not peer.asked


def test_where_nobody_listens_nothing_was_sent() -> None:
    with pytest.raises(NotConnected):
        http.request("GET", f"http://127.0.0.1:{free_port()}")


def test_an_address_that_is_none_leads_nowhere() -> None:
    with pytest.raises(Unreachable):
        http.request("GET", "http://[broken/")


def test_nothing_is_said_to_who_does_not_prove_to_be_livechat(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tls_front(peer.server_port, tmp_path) as front:
        url = f"https://localhost:{front.port}"
        with pytest.raises(Unreachable):
            http.request("GET", url)
        assert not peer.asked
        http._adapter.cache_clear()
        monkeypatch.setattr(http, "DEFAULT_CA_BUNDLE_PATH", str(front.certificate))
        assert http.request("GET", url).status == 200
    http._adapter.cache_clear()


def test_certificates_are_read_once_for_all_connections(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading all that a browser trusts takes many times as long as connecting."""
    read: list[Any] = []

    def load(context: ssl.SSLContext, *files: Any, **named: Any) -> None:
        read.append(files or named)
        load_verify_locations(context, *files, **named)

    load_verify_locations = ssl.SSLContext.load_verify_locations
    with tls_front(peer.server_port, tmp_path) as front:
        monkeypatch.setattr(http, "DEFAULT_CA_BUNDLE_PATH", str(front.certificate))
        monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", load)
        http._adapter.cache_clear()
        for _time in range(3):
            assert http.request("GET", f"https://localhost:{front.port}").status == 200
            http._adapter().poolmanager.clear()  # the next one opens another connection
    http._adapter.cache_clear()
    assert len(read) == 1
