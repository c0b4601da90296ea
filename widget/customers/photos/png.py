"""PNG. Source: W3C, Portable Network Graphics (Third Edition)."""

import zlib

from widget.customers.photos.pieces import Counter, Damaged, exif_with, orientation_of, unpack

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The picture, its colours, how it moves. Texts, times, Exif and what programs add are left out.
KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB"}
    | {b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)


def is_png(content: bytes) -> bool:
    return content.startswith(SIGNATURE)


def clean(content: bytes) -> bytes:
    """Without texts, Exif, times, and whatever follows the picture."""
    kept, counter, at, kind, orientation = [SIGNATURE], Counter(), len(SIGNATURE), b"", 1
    while kind != b"IEND":
        counter.count()
        [length] = unpack(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise Damaged("a piece is longer than the file")
        if kind == b"eXIf":
            orientation = orientation_of(content[at + 8 : end - 4])
        if kind in KEPT:
            kept.append(content[at:end])
        at = end
    if orientation != 1:
        kept.insert(2, chunk(b"eXIf", exif_with(orientation)))  # behind IHDR
    return b"".join(kept)


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
