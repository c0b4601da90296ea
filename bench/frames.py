"""Just enough of RFC 6455 for the two ends of a benchmark to cost next to nothing."""

import base64
import hashlib
import os
import struct
from collections.abc import Iterator

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def accept_key(key: bytes) -> bytes:
    """What a server answers to `Sec-WebSocket-Key`."""
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


def frame(payload: bytes, *, opcode: int = TEXT, mask: bool = False) -> bytes:
    """One whole message; clients must mask."""
    length, bit = len(payload), 0x80 if mask else 0
    if length < 126:
        head = struct.pack("!BB", 0x80 | opcode, bit | length)
    elif length < 65_536:
        head = struct.pack("!BBH", 0x80 | opcode, bit | 126, length)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, bit | 127, length)
    return head + (mask_payload(payload) if mask else payload)


def mask_payload(payload: bytes) -> bytes:
    key = os.urandom(4)
    return key + _xor(payload, key)


def messages(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take every whole frame out of the buffer: opcode and payload, unmasked."""
    while len(buffer) >= 2:
        length, at = buffer[1] & 0x7F, 2
        if length == 126:
            length, at = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, at = int.from_bytes(buffer[2:10], "big"), 10
        key = b""
        if buffer[1] & 0x80:
            key, at = bytes(buffer[at : at + 4]), at + 4
        if len(buffer) < at + length:
            return
        opcode, payload = buffer[0] & 0x0F, bytes(buffer[at : at + length])
        del buffer[: at + length]
        yield opcode, _xor(payload, key) if key else payload


def _xor(payload: bytes, key: bytes) -> bytes:
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(
        len(payload), "big"
    )
