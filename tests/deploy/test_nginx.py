"""deploy/nginx.conf as nginx itself takes it, in front of a server that answers everything."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench import processes
from bench.cluster import Cluster

# Each test knocks as somebody else, as behind a load balancer: docs/deployment.md.
BALANCED = "http {\n  set_real_ip_from 127.0.0.1;\n  real_ip_header X-From;\n"
LOGIN = "/admin/login/"
MANY = 40  # tries, which take a moment: far fewer are allowed in a minute


class Anything(BaseHTTPRequestHandler):
    """A server process that has every page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an nginx with our file."""
    cluster = Cluster(tmp_path_factory.mktemp("nginx"), 1, "http://127.0.0.1:1")
    configuration = cluster.configuration()
    configuration.write_text(configuration.read_text().replace("http {\n", BALANCED, 1))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "tests/services.sh says what has to be installed"
    with ThreadingHTTPServer(("127.0.0.1", cluster.ports[0]), Anything) as behind:
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        with processes.process(program, "-c", str(configuration), port=cluster.plain_port):
            yield cluster.plain_port
        behind.shutdown()


def ask(port: int, path: str, method: str = "GET", address: str = "203.0.113.1") -> int:
    """The status of nginx's answer to a browser at this address."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"X-From": address})
    status = connection.getresponse().status
    connection.close()
    return status


def log_in(port: int, *addresses: str) -> list[int]:
    return [ask(port, LOGIN, "POST", address) for address in addresses]


def test_what_is_for_customers_is_passed_on(nginx: int) -> None:
    assert [ask(nginx, path) for path in ("/w/shop/", "/healthz", "/admin/")] == [200] * 3


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metrics/", "/readyz", "/readyz/", "//readyz/", "/%72eadyz%2F", "/./readyz"],
)
def test_what_is_for_operators_does_not_exist(nginx: int, path: str) -> None:
    assert ask(nginx, path) == 404


def test_a_name_that_only_begins_like_theirs_is_passed_on(nginx: int) -> None:
    assert [ask(nginx, path) for path in ("/metrics.css", "/w/readyz/")] == [200] * 2


def test_one_address_tries_ten_passwords_at_once_and_no_forty(nginx: int) -> None:
    answers = log_in(nginx, *["192.0.2.1"] * MANY)
    assert answers[:10] == [200] * 10
    assert answers[-1] == 429


def test_looking_at_the_login_is_free(nginx: int) -> None:
    log_in(nginx, *["192.0.2.2"] * MANY)
    assert ask(nginx, LOGIN, address="192.0.2.2") == 200


@pytest.mark.parametrize(
    "addresses",
    [
        [f"192.0.3.{number}" for number in range(MANY)],
        [f"2001:db8:0:{number:x}::1" for number in range(MANY)],
        [f"::ffff:192.0.4.{number}" for number in range(MANY)],
        [f"64:ff9b::192.0.5.{number}" for number in range(MANY)],
        ["2001:db8:a0a:a0a::", "2001:db8::a0a:a0a"] * 10,  # a network of bytes like a line's end
    ],
    ids=["IPv4", "IPv6", "IPv4 as IPv6", "NAT64", "ends of lines"],
)
def test_another_network_is_not_kept_out(nginx: int, addresses: list[str]) -> None:
    assert log_in(nginx, *addresses) == [200] * len(addresses)


@pytest.mark.parametrize(
    "addresses",
    [
        [f"2001:db9:0:1::{number:x}" for number in range(1, MANY + 1)],
        [f"2001:db9:0:a0a:{number:x}::" for number in range(MANY)],
        ["::ffff:192.0.6.1", "192.0.6.1", "64:ff9b::192.0.6.1"] * 6,
    ],
    ids=["a network of IPv6", "with a line's end", "one address in three spellings"],
)
def test_one_network_is_one_address(nginx: int, addresses: list[str]) -> None:
    assert log_in(nginx, *addresses)[-1] == 429
