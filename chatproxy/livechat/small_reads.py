"""What comes over TLS is read into as much memory as it needs, and little of it is kept.

An event loop makes room for 256 KiB whenever there is something to read. So much the allocator
takes from the system, and gives back when a few hundred bytes are read: that is 30 µs of processor
time for each push, a tenth of all it takes.

And what comes is read encrypted, all that is there at once, into memory that its connection keeps,
and from there into memory of OpenSSL's that never becomes smaller: a long chat, read once, would be
held twice for as long as the customer is here.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

PART = 2048  # bytes read at once before they are decrypted
UNKNOWN = 4096  # bytes, where the event loop does not know how many there are
NOTHING = memoryview(b"")


async def open_tls(
    protocol: asyncio.Protocol, host: str, port: int, context: ssl.SSLContext
) -> asyncio.Transport:
    """Connect `protocol`, which is not told: it has no transport yet. Raises OSError."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, host, port)
    loop.call_soon(read_in_parts, transport)  # before TLS reads, and after it took its place
    # Not `protocol`: it would be told that it lost what it never had, should the handshake fail.
    encrypted = await loop.start_tls(transport, asyncio.Protocol(), context, server_hostname=host)
    assert encrypted is not None  # typeshed allows for it, asyncio does not
    encrypted.set_protocol(SmallReads(protocol))
    return encrypted


def read_in_parts(transport: asyncio.Transport) -> None:
    tls = cast("asyncio.BufferedProtocol", transport.get_protocol())  # uvloop's only looks like it
    transport.set_protocol(SmallParts(tls))


class Between(asyncio.BufferedProtocol):
    """Hands on to its protocol what its transport tells, but for what is read."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: asyncio.Protocol | asyncio.BufferedProtocol) -> None:
        self._protocol = protocol

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """uvloop holds on to what reads for it, which may not hold a connection that is over."""
        protocol = self._protocol
        del self._protocol
        protocol.connection_lost(exc)


class SmallReads(Between):
    """Between TLS and its protocol, which does not say how much it takes."""

    __slots__ = ("_room",)
    _protocol: asyncio.Protocol

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__(protocol)
        self._room = NOTHING

    def get_buffer(self, sizehint: int) -> memoryview:
        self._room = memoryview(bytearray(sizehint if sizehint > 0 else UNKNOWN))
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        data, self._room = bytes(self._room[:nbytes]), NOTHING
        self._protocol.data_received(data)


class SmallParts(Between):
    """Between a transport and its TLS, which offers all its memory at once."""

    __slots__ = ()
    _protocol: asyncio.BufferedProtocol

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._protocol.get_buffer(sizehint))[:PART]

    def buffer_updated(self, nbytes: int) -> None:
        self._protocol.buffer_updated(nbytes)
