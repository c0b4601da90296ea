"""The server's limits and its goodbye, over real sockets."""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode
from websockets.sync.client import ClientConnection, connect

from tests.config.echo import FLOOD, LONG, MESSAGE
from tests.sandbox_rig import ROOT, START_LIMIT, free_port, is_served
from tests.waiting import wait_until

PATIENCE = 30  # seconds for what a test waits for, on a busy machine
# Between closing and the next round of the event loop, which never comes here.
KNOCK_AT_ONCE = """
import socket
from config.server import stop_listening
from twisted.internet import protocol, reactor

factory = protocol.Factory.forProtocol(protocol.Protocol)
port = reactor.listenTCP(0, factory, interface="127.0.0.1")
address = "127.0.0.1", port.getHost().port
waiting = [socket.create_connection(address) for _ in range(40)]
stop_listening(port)
print(port.sessionno, "are taken in")
socket.create_connection(address)
"""
ENVIRONMENT = os.environ | {
    "DEBUG": "1",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "PATIENCE": "3600",  # seconds: a browser of ours that reads may be kept from it
}


def start(port: int, *host: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.config.echo", str(port), *host],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass
class Server:
    port: int
    process: subprocess.Popen[str]

    def connect(self, **headers: str) -> ClientConnection:
        url = f"ws://127.0.0.1:{self.port}/"
        return connect(url, max_queue=1, max_size=None, additional_headers=headers)


def received(browser: ClientConnection) -> list[str]:
    """Everything that comes until the connection ends."""
    messages: list[str] = []
    with suppress(ConnectionClosedError):
        while True:
            messages.append(str(browser.recv(timeout=PATIENCE)))
    return messages


@contextmanager
def serving(*host: str, **environment: str) -> Iterator[Server]:
    port = free_port()
    process = start(port, *host, **environment)
    wait_until(lambda: is_served(port), START_LIMIT)
    yield Server(port, process)
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests that leave it running."""
    with serving() as server:
        yield server


@pytest.mark.parametrize("host", ["::", pytest.param("[::]", marks=pytest.mark.night)])
def test_every_address_of_the_machine_may_be_served(host: str) -> None:
    with serving(host) as server, server.connect() as browser:
        browser.send("hello")
        assert browser.recv(timeout=PATIENCE) == "hello"


@pytest.mark.parametrize("text", ["x", "x" * 125, "x" * 126, "x" * 32 * 1024, "ü€😀"], ids=len)
def test_a_message_within_the_limit_arrives(server: Server, text: str) -> None:
    with server.connect() as browser:
        browser.send(text)
        browser.send("")
        browser.send("and what comes after it")
        assert browser.recv(timeout=PATIENCE) == text
        assert browser.recv(timeout=PATIENCE) == "and what comes after it"


def test_a_conversation_of_any_length_arrives(server: Server) -> None:
    with server.connect() as browser:
        browser.send("long")
        assert browser.recv(timeout=PATIENCE) == LONG


def test_the_garbage_collector_leaves_out_what_is_loaded_before_anybody_comes(
    server: Server,
) -> None:
    with server.connect() as browser:
        browser.send("frozen")
        assert int(browser.recv(timeout=PATIENCE)) > 10_000


def test_the_garbage_collector_looks_seldom_while_customers_wait(server: Server) -> None:
    with server.connect() as browser:
        browser.send("thresholds")
        assert browser.recv(timeout=PATIENCE) == "(10000, 1, 60)"


def test_a_socket_that_is_closed_does_not_wait_for_the_garbage_collector() -> None:
    with serving() as server:
        for _ in range(10):
            with server.connect():
                pass
        with server.connect() as browser:
            kept = 11
            while kept > 2:  # this one, and the last that was looked at
                browser.send("sockets")
                kept = int(browser.recv(timeout=PATIENCE))


def test_the_headers_that_opened_a_socket_are_not_kept() -> None:
    with serving() as server, server.connect(Cookie="session=of-the-website") as browser:
        browser.send("kept")
        kept = str(browser.recv(timeout=PATIENCE))
        assert "clean_headers" in kept
        assert "of-the-website" not in kept


def test_a_message_above_the_limit_ends_the_connection(server: Server) -> None:
    with server.connect() as browser:
        browser.send("x" * (32 * 1024 + 1))
        with pytest.raises(ConnectionClosedError):
            browser.recv(timeout=PATIENCE)


def test_a_browser_that_does_not_read_is_let_go() -> None:
    with serving(PATIENCE="1") as server, server.connect() as browser:
        browser.send("flood")
        assert is_reset(browser.socket)
        assert len(received(browser)) < FLOOD
    assert browser.close_code == CloseCode.ABNORMAL_CLOSURE


def test_a_form_without_a_boundary_reaches_the_application(server: Server) -> None:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as browser:
        browser.request("POST", "/", b"--x\r\n", {"Content-Type": "multipart/form-data"})
        assert browser.getresponse().status == 200


def is_reset(browser: socket.socket) -> bool:
    """Whether its server gives it up, which it learns without reading."""
    reset = select.poll()
    reset.register(browser, 0)  # of errors alone
    return bool(reset.poll(1000 * PATIENCE))


def ask(browser: socket.socket, path: str) -> None:
    browser.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def test_a_browser_that_does_not_read_its_stream_is_let_go() -> None:
    with (
        serving(PATIENCE="1") as server,
        socket.create_connection(("127.0.0.1", server.port)) as browser,
    ):
        ask(browser, "/flood")
        assert is_reset(browser)


def test_a_browser_that_reads_its_stream_gets_everything() -> None:
    with serving() as server, closing(HTTPConnection("127.0.0.1", server.port)) as browser:
        browser.request("GET", "/flood")
        everything = FLOOD * len(MESSAGE)
        assert len(browser.getresponse().read(everything)) == everything


@pytest.mark.night  # by day one that reads, and one that does not
def test_a_browser_that_reads_slowly_gets_everything() -> None:
    with serving(PATIENCE="3") as server, socket.socket() as browser:
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        browser.settimeout(PATIENCE)
        browser.connect(("127.0.0.1", server.port))
        ask(browser, "/long")
        missing = len(LONG)
        while missing > 0:
            got = browser.recv(128 * 1024)
            assert got, "it was let go"
            missing -= len(got)
            time.sleep(len(got) / (1024 * 1024))  # a megabyte a second


@pytest.mark.night  # rare
def test_what_comes_after_a_stream_may_be_read_as_slowly_as_anything_else() -> None:
    with (
        serving(PATIENCE="0.2") as server,
        closing(HTTPConnection("127.0.0.1", server.port)) as browser,
    ):
        browser.request("GET", "/")
        browser.getresponse().read()
        browser.request("GET", "/file")
        answer = browser.getresponse()
        time.sleep(1)  # longer than the server's patience; what is not to be read tells nothing
        assert len(answer.read()) == FLOOD * len(MESSAGE)


def test_a_browser_that_reads_gets_everything(server: Server) -> None:
    with server.connect() as browser:
        browser.send("flood")
        for _ in range(FLOOD):
            browser.recv(timeout=PATIENCE)
        browser.send("still here")
        assert browser.recv(timeout=PATIENCE) == "still here"


def test_whoever_is_connected_is_told_to_come_back_after_a_restart() -> None:
    with serving() as server:
        with server.connect() as browser:
            browser.send("hello")
            browser.recv(timeout=PATIENCE)
            server.process.terminate()
            with pytest.raises(ConnectionClosedError) as closed:
                browser.recv(timeout=PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert server.process.wait(PATIENCE) == 0


def test_who_comes_once_the_port_is_closed_is_refused_and_who_waited_is_taken_in() -> None:
    knocking = subprocess.run(
        [sys.executable, "-c", KNOCK_AT_ONCE],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert knocking.stdout == "40 are taken in\n"
    assert "ConnectionRefusedError" in knocking.stderr


def test_a_port_that_is_taken_is_said_and_not_served(server: Server) -> None:
    second = start(server.port)
    _, said = second.communicate(timeout=START_LIMIT)
    assert second.returncode != 0
    assert "Address already in use" in said
