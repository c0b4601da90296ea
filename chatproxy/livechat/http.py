"""The pool of HTTP connections to LiveChat, its limits, and how a broken one is told."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from json import dumps, loads
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, default_headers
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict, PoolManager, Timeout
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.filepost import encode_multipart_formdata

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
            return loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"HTTP {self.status} without JSON") from error


@lru_cache(maxsize=16)
def _pool(origin: str) -> HTTPConnectionPool:
    """The connections to one host, without `requests`: its way to there is as long again."""
    manager = PoolManager(
        maxsize=POOL_SIZE,
        block=True,
        ssl_context=ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH),
        socket_options=[*HTTPConnection.default_socket_options, LETS_GO],
    )
    return manager.connection_from_url(origin)


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


def request(
    method: str,
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    files: Mapping[str, tuple[str, IO[bytes], str]] | None = None,
) -> Answer:
    """Raises NotConnected when nothing was sent, Unreachable when the outcome is unknown."""
    deadline = time.monotonic() + LONGEST
    sent, body = {**default_headers(), **(headers or {})}, None
    if json is not None:
        sent["Content-Type"], body = "application/json", dumps(json, allow_nan=False).encode()
    elif files:
        parts = {
            name: (as_name, file.read(), kind) for name, (as_name, file, kind) in files.items()
        }
        body, sent["Content-Type"] = encode_multipart_formdata(parts)
    try:
        there = urlsplit(url)
        query = f"?{urlencode(params)}" if params else ""
        connect, between = TIMEOUT
        response = _pool(f"{there.scheme}://{there.netloc}").urlopen(
            method,
            f"{there.path or '/'}{query}",
            body,
            sent,
            retries=False,
            timeout=Timeout(connect=connect, read=between),
            preload_content=False,
        )
        return _read(response, deadline)
    except (NewConnectionError, ConnectTimeoutError) as error:
        raise NotConnected("no connection") from error
    except (HTTPError, ValueError) as error:  # a header or an address may not be one
        raise Unreachable(type(error).__name__) from error


def _read(response: BaseHTTPResponse, deadline: float) -> Answer:
    body = bytearray()
    try:
        for piece in response.stream(PIECE):
            body += piece
            if len(body) > LARGEST or time.monotonic() > deadline:
                raise Unreachable("the answer is too long or too slow")
    except BaseException:
        response.close()  # its rest is no answer to what is asked next
        raise
    finally:
        response.release_conn()
    return Answer(response.status, response.headers, bytes(body))
