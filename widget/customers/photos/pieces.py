"""What the formats of pictures share: files of pieces, and the one fact of Exif that is kept."""

import struct

MOST = 20_000  # pieces of one file: a photo has a dozen, a moving picture a few for each image
ORIENTATION = 0x0112  # Source: Exif 3.0, "Tag Support Levels"
SHORT = 3  # a number of two bytes


class Damaged(Exception):
    """The file says it is a picture and is none that can be read, or has too many pieces."""


class Counter:
    """Counts pieces, so that no file costs more than its length. Raises Damaged."""

    def __init__(self) -> None:
        self._left = MOST

    def count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Damaged("too many pieces")


def unpack(layout: str, content: bytes, at: int) -> tuple[int, ...]:
    """Numbers at a place of a file. Raises Damaged if it ends before them."""
    try:
        return struct.unpack_from(layout, content, at)
    except struct.error:
        raise Damaged("it ends too early") from None


def orientation_of(exif: bytes) -> int:
    """How the picture is turned (1 to 8) as Exif's first directory says; 1 if it says nothing.

    Source: TIFF 6.0, "Image File Header" and "Image File Directory".
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        [directory] = struct.unpack_from(f"{order}I", exif, 4)
        [entries] = struct.unpack_from(f"{order}H", exif, directory)
        for number in range(min(entries, MOST)):
            at = directory + 2 + 12 * number
            tag, kind, _count, value = struct.unpack_from(f"{order}HHIH", exif, at)
            if (tag, kind) == (ORIENTATION, SHORT) and 1 <= value <= 8:
                return int(value)
    except struct.error:  # whoever shows it will not find it either
        return 1
    return 1


def exif_with(orientation: int) -> bytes:
    """The shortest Exif that says how a picture is turned, and nothing else."""
    entry = struct.pack(">HHIHH", ORIENTATION, SHORT, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + b"\0\0\0\0"
