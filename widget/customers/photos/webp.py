"""WebP. Source: RFC 9649, "WebP Image Format"."""

from collections.abc import Iterator

from widget.customers.photos.pieces import Counter, Damaged, exif_with, orientation_of, unpack

# The picture, its transparency, its colours, how it moves.
KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ICCP"})
FRAME = b"ANMF"
FRAME_HEAD = 16  # bytes before the pieces of a frame
HAS_EXIF, HAS_XMP = 0x08, 0x04  # in the first byte of VP8X


def is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def clean(content: bytes) -> bytes:
    """Without Exif, XMP, what programs add, and whatever follows the picture."""
    kept, counter, orientation = [], Counter(), 1
    [size] = unpack("<I", content, 4)
    if size + 8 > len(content):
        raise Damaged("a piece is longer than the file")
    for kind, body in chunks(content[: size + 8], 12, counter):
        if kind == b"EXIF":
            orientation = orientation_of(body.removeprefix(b"Exif\0\0"))
        elif kind == FRAME:
            inside = chunks(body, FRAME_HEAD, counter)
            frame = b"".join(chunk(*one) for one in inside if one[0] in KEPT)
            kept.append((kind, body[:FRAME_HEAD] + frame))
        elif kind in KEPT:
            kept.append((kind, body))
    pieces = b"WEBP" + b"".join(chunk(*one) for one in with_orientation(kept, orientation))
    return b"RIFF" + len(pieces).to_bytes(4, "little") + pieces


def chunks(content: bytes, at: int, counter: Counter) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each. Raises Damaged."""
    while at < len(content):
        counter.count()
        [length] = unpack("<I", content, at + 4)
        end = at + 8 + length
        if end > len(content):
            raise Damaged("a piece is longer than the file")
        yield content[at : at + 4], content[at + 8 : end]
        at = end + length % 2


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def with_orientation(
    pieces: list[tuple[bytes, bytes]], orientation: int
) -> Iterator[tuple[bytes, bytes]]:
    """With the flags of what there is, and Exif that says how the picture is turned, if it is.

    Only a file that begins with VP8X can have Exif.
    """
    is_extended = bool(pieces) and pieces[0][0] == b"VP8X" and len(pieces[0][1]) > 0
    is_turned = is_extended and orientation != 1
    if is_extended:
        head = pieces[0][1]
        flags = head[0] & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if is_turned else 0)
        pieces = [(b"VP8X", bytes([flags]) + head[1:]), *pieces[1:]]
    yield from pieces
    if is_turned:
        yield b"EXIF", exif_with(orientation)
