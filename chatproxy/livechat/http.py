"""The pool of HTTP connections to LiveChat, its limits, and how a broken one is told."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, default_headers
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from chatproxy.livechat.errors import NotConnected, Unreachable
from chatproxy.livechat.service import Service

# Seconds to connect, and between two bytes: LiveChat itself gives up after 15.
TIMEOUT = (3.05, 16.0)
LONGEST = 20.0  # seconds for a whole answer
LARGEST = 16 * 1024 * 1024  # bytes of an answer: a page of long threads
PIECE = 64 * 1024  # bytes read at once
POOL_SIZE = 500  # calls at once; more wait for one to end
# What is not delivered when a socket is closed never is. Else the system would go on sending it for
# minutes, and a message might arrive after the customer has sent it again.
LETS_GO = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass(frozen=True, slots=True)
class Answer:
    """What LiveChat answered, whatever its status."""

    status: int
    headers: HTTPHeaderDict
    body: bytes

    def json(self) -> Any:
        """Raises Unreachable for a body that is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"HTTP {self.status} without JSON") from error


class _Adapter(HTTPAdapter):
    """One TLS context verifies LiveChat for all connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        options = [*HTTPConnection.default_socket_options, LETS_GO]
        context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
        super().init_poolmanager(*args, socket_options=options, ssl_context=context, **kwargs)

    def cert_verify(self, *args: Any) -> None:
        """Leave it to the context: `requests` has each connection read the certificates anew."""


@cache
def _adapter() -> HTTPAdapter:
    """Used without a session, which keeps cookies, proxies and redirections: LiveChat has none."""
    return _Adapter(pool_connections=4, pool_maxsize=POOL_SIZE, pool_block=True)


def ask(service: Service, call: tuple[str, str], method: str, url: str, **options: Any) -> Answer:
    """As `request`, heard by whoever examines the service. `call`: its transport and action.

    Raises NoPlace as well.
    """
    service.take_place(url)
    with service.let_others_run():
        answer = request(method, url, **options)
    if service.ear:
        sent = options.get("json", options.get("params"))
        service.ear.hear_answer(call, sent, answer.status, answer.headers, answer.body)
    return answer


def request(method: str, url: str, **options: Any) -> Answer:
    """Raises NotConnected when nothing was sent, Unreachable when the outcome is unknown."""
    deadline = time.monotonic() + LONGEST
    options["headers"] = {**default_headers(), **options.get("headers", {})}
    try:
        prepared = requests.Request(method, url, **options).prepare()
        with _adapter().send(prepared, timeout=TIMEOUT, stream=True) as response:
            body = _body(response, deadline)
            return Answer(response.status_code, response.raw.headers, body)
    except requests.ConnectTimeout as error:
        raise NotConnected("connecting took too long") from error
    except requests.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, NewConnectionError | ConnectTimeoutError):
            raise NotConnected("no connection") from error
        raise Unreachable("the connection broke") from error
    except requests.RequestException as error:
        raise Unreachable(type(error).__name__) from error


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    for piece in response.iter_content(PIECE):
        body += piece
        if len(body) > LARGEST or time.monotonic() > deadline:
            raise Unreachable("the answer is too long or too slow")
    return bytes(body)
