"""What the far end of a connection hears, for tests."""

from __future__ import annotations

import socket

MORE_THAN_FITS = 32 * 1024 * 1024  # bytes, into what the system keeps for two sockets


def end_of(stream: socket.socket) -> str:
    """How it ends, once all that has come over it is read."""
    stream.settimeout(60)
    try:
        while stream.recv(65_536):
            pass
    except ConnectionResetError:
        return "given up"
    return "all sent"
