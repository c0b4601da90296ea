"""What comes over TLS is read into as much memory as it needs.

An event loop makes room for 256 KiB whenever there is something to read. So much the allocator
takes from the system, and gives back when a few hundred bytes are read: that is 30 µs of processor
time for each push, a tenth of all it takes.
"""

from __future__ import annotations

import asyncio

UNKNOWN = 4096  # bytes, where the event loop does not know how many there are
NOTHING = memoryview(b"")


class SmallReads(asyncio.BufferedProtocol):
    """Stands between a transport and its protocol, which does not say how much it takes."""

    __slots__ = ("_protocol", "_room")

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self._protocol = protocol
        self._room = NOTHING

    def get_buffer(self, sizehint: int) -> memoryview:
        self._room = memoryview(bytearray(sizehint if sizehint > 0 else UNKNOWN))
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        data, self._room = bytes(self._room[:nbytes]), NOTHING
        self._protocol.data_received(data)

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
