"""JPEG. Source: ITU-T T.81, annex B; JFIF 1.02; ICC.1, annex B.4."""

import re

from widget.customers.photos.pieces import Counter, Damaged, exif_with, orientation_of, unpack

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA
COMMENT = 0xFE
APPLICATIONS = range(0xE0, 0xF0)  # APP0 to APP15, which hold metadata
LONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
EXIF = b"Exif\0\0"
JFIF = b"JFIF\0"
JFIF_LENGTH = 14  # without the little picture that may follow
# What a scan ends with: a marker, but neither a stuffed byte nor one that restarts it.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff")


def clean(content: bytes) -> bytes:
    """Without Exif, XMP, IPTC, comments, little pictures, and whatever follows the picture."""
    kept, counter, at, orientation = [START], Counter(), 2, 1
    while content[at : at + 2] != END:
        counter.count()
        marker, end = piece_at(content, at)
        body = content[at + 4 : end]
        if body.startswith(EXIF) and marker == 0xE1:
            orientation = orientation_of(body[len(EXIF) :])
        kept.append(part_to_keep(marker, content[at:end], body))
        at = end
        if marker == SCAN:
            end = end_of_scan(content, at)
            kept.append(content[at:end])
            at = end
            if at == len(content):  # cut short: browsers show what there is
                break
    if orientation != 1:
        kept.insert(1, segment(0xE1, EXIF + exif_with(orientation)))
    return b"".join([*kept, END])


def piece_at(content: bytes, at: int) -> tuple[int, int]:
    """Its marker, and where it ends."""
    first, marker = unpack(">BB", content, at)
    if first != 0xFF or marker in (0x00, 0xFF):
        raise Damaged("no marker where one should be")
    if marker in LONE:
        return marker, at + 2
    [length] = unpack(">H", content, at + 2)
    if length < 2 or at + 2 + length > len(content):
        raise Damaged("a piece is longer than the file")
    return marker, at + 2 + length


def part_to_keep(marker: int, piece: bytes, body: bytes) -> bytes:
    """The piece, or b"" if it is no part of the picture. Colours depend on APP0, APP2, APP14."""
    if marker == 0xE0 and body.startswith(JFIF) and len(body) >= JFIF_LENGTH:
        return segment(0xE0, body[: JFIF_LENGTH - 2] + b"\0\0")
    is_profile = marker == 0xE2 and body.startswith(b"ICC_PROFILE\0")
    is_colour_transform = marker == 0xEE and body.startswith(b"Adobe")
    is_beside = marker in APPLICATIONS or marker == COMMENT
    return b"" if is_beside and not (is_profile or is_colour_transform) else piece


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body


def end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker begins, else the end of the file."""
    match = MARKER.search(content, at)
    return match.start() if match else len(content)
