"""Many open panels: sockets that say hello and note when each push reached them."""

import asyncio
import base64
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.frames import CLOSE, PING, PONG, frame, messages

MARK = re.compile(rb"~(\d{9,20})~")


@dataclass
class Crowd:
    """Everybody who is connected, and the microseconds each push took to reach them."""

    took: list[float] = field(default_factory=list)
    open: int = 0
    ready: int = 0
    failed: int = 0
    bytes: int = 0  # that reached them

    async def until_ready(self, count: int, seconds: float) -> None:
        """Wait for that many sockets to have shown something. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self.ready < count:
                await asyncio.sleep(0.01)


class Browser(asyncio.Protocol):
    """One socket. `first` is the message it sends once it is open."""

    def __init__(self, crowd: Crowd, handshake: bytes, first: bytes) -> None:
        self.crowd = crowd
        self.handshake = handshake
        self.first = first
        self.buffer = bytearray()
        self.is_open = self.is_ready = False
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(self.handshake)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.open -= self.is_open
        self.crowd.ready -= self.is_ready
        self.crowd.failed += not self.is_open

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.crowd.bytes += len(data)
        self.buffer += data
        if not self.is_open:
            if b"\r\n\r\n" not in self.buffer:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                self.transport.close()
                return
            del self.buffer[: self.buffer.index(b"\r\n\r\n") + 4]
            self.is_open = True
            self.crowd.open += 1
            self.transport.write(frame(self.first, mask=True))
        for opcode, payload in messages(self.buffer):
            if opcode == PING:
                self.transport.write(frame(payload, opcode=PONG, mask=True))
            elif opcode == CLOSE:
                self.transport.close()
            else:
                self.heard(payload, now)

    def heard(self, payload: bytes, now: int) -> None:
        marks = MARK.findall(payload)
        self.crowd.took += [(now - int(mark)) / 1000 for mark in marks]
        if not self.is_ready and (b"Message number" in payload or b'"response"' in payload):
            self.is_ready = True
            self.crowd.ready += 1


def handshake(port: int, path: str, protocols: str = "") -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    offered = f"Sec-WebSocket-Protocol: {protocols}\r\n" if protocols else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"{offered}\r\n"
    ).encode()


def panel(port: int, key: str) -> Callable[[str], tuple[bytes, bytes]]:
    """Handshake and first message of the panel of the customer with this bearer token."""

    def of(token: str) -> tuple[bytes, bytes]:
        hello = {"hello": {"event": "", "language": "en", "zone": "UTC", "page": {}}}
        protocols = f"chat, bearer.{token}"
        return handshake(port, f"/w/{key}/socket", protocols), json.dumps(hello).encode()

    return of


def direct(port: int) -> Callable[[str], tuple[bytes, bytes]]:
    """The same for a connection straight to LiveChat."""

    def of(token: str) -> tuple[bytes, bytes]:
        login = {"request_id": "1", "action": "login", "payload": {"token": f"Bearer {token}"}}
        return handshake(port, "/v3.6/customer/rtm/ws"), json.dumps(login).encode()

    return of


async def gather(
    crowd: Crowd,
    port: int,
    opening: Callable[[str], tuple[bytes, bytes]],
    tokens: list[str],
    at_once: int = 100,
) -> None:
    """Connect everybody, that many at a time."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(at_once)

    async def one(number: int, token: str) -> None:
        first_line, first = opening(token)
        local = (f"127.0.0.{2 + number // 20_000}", 0)  # a source address has 28 000 ports
        async with gate:
            await loop.create_connection(
                lambda: Browser(crowd, first_line, first), "127.0.0.1", port, local_addr=local
            )

    await asyncio.gather(*(one(number, token) for number, token in enumerate(tokens)))
