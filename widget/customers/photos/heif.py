"""HEIC and AVIF: what is no picture is blanked in place, because everything else in such a
file points to places. Its rotation and colours are kept elsewhere, and stay.

Source: ISO/IEC 14496-12, "ISO base media file format"; ISO/IEC 23008-12, "Image File Format".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from widget.customers.photos.pieces import Counter, Damaged, unpack

BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
)
METADATA = frozenset({b"Exif", b"mime", b"uri "})  # kinds of items; XMP is "mime"
IN_FILE, IN_META = 0, 1  # where the places of an item count from


@dataclass(frozen=True, slots=True)
class Box:
    """Of a kind, with its body between two places of the file."""

    kind: bytes
    start: int
    end: int


def is_heif(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in BRANDS


def clean(content: bytes) -> bytes:
    """With zeros for Exif, XMP and the like."""
    counter, blanked = Counter(), bytearray(content)
    for meta in boxes(content, 0, len(content), counter):
        if meta.kind != b"meta":
            continue
        inside = {box.kind: box for box in boxes(content, meta.start + 4, meta.end, counter)}
        items = metadata_items(content, inside[b"iinf"], counter) if b"iinf" in inside else set()
        if not items:
            continue
        if b"iloc" not in inside:
            raise Damaged("nobody knows where its metadata is")
        data, left = inside.get(b"idat"), len(content)
        for start, length in places(content, inside[b"iloc"], items, data, counter):
            end = start + length if length else len(content)  # 0 means: to its end
            left -= end - start
            if end > len(content) or left < 0:
                raise Damaged("a piece is longer than the file")
            blanked[start:end] = bytes(end - start)
    return bytes(blanked)


def boxes(content: bytes, at: int, end: int, counter: Counter) -> Iterator[Box]:
    while at < end:
        counter.count()
        [size] = unpack(">I", content, at)
        head = 8
        if size == 1:
            [size] = unpack(">Q", content, at + 8)
            head = 16
        size = size or end - at  # the last one may leave it open
        if size < head or at + size > end:
            raise Damaged("a piece is longer than the file")
        yield Box(content[at + 4 : at + 8], at + head, at + size)
        at += size


def metadata_items(content: bytes, iinf: Box, counter: Counter) -> set[int]:
    """The numbers of the items that are no pictures."""
    [version] = unpack(">B", content, iinf.start)
    first = iinf.start + (6 if version == 0 else 8)
    found = set()
    for entry in boxes(content, first, iinf.end, counter):
        [version] = unpack(">B", content, entry.start)
        if entry.kind != b"infe" or version < 2:
            continue
        number, at = integer(content, entry.start + 4, 2 if version == 2 else 4)
        if content[at + 2 : at + 6] in METADATA:
            found.add(number)
    return found


def integer(content: bytes, at: int, size: int) -> tuple[int, int]:
    """A number of so many bytes, and where the next one begins. Raises Damaged."""
    if size and at + size > len(content):
        raise Damaged("it ends too early")
    return int.from_bytes(content[at : at + size]), at + size


def places(
    content: bytes, iloc: Box, items: set[int], data: Box | None, counter: Counter
) -> Iterator[tuple[int, int]]:
    """Where each piece of these items begins, and how long it is."""
    [version] = unpack(">B", content, iloc.start)
    sizes, more = unpack(">BB", content, iloc.start + 4)
    number_size = 4 if version == 2 else 2
    count, at = integer(content, iloc.start + 6, number_size)
    for _ in range(count):
        counter.count()
        number, at = integer(content, at, number_size)
        method, at = integer(content, at, 2 if version else 0)
        at += 2  # which file it is in: this one
        base, at = integer(content, at, more >> 4)
        pieces, at = integer(content, at, 2)
        for _ in range(pieces):
            counter.count()
            _index, at = integer(content, at, more & 15 if version else 0)
            offset, at = integer(content, at, sizes >> 4)
            length, at = integer(content, at, sizes & 15)
            if number in items:
                yield start_of(base + offset, method & 15, data), length


def start_of(place: int, method: int, data: Box | None) -> int:
    """In the file. Raises Damaged for places that count from another item."""
    if method == IN_META and data:
        return data.start + place
    if method != IN_FILE:
        raise Damaged("its metadata is somewhere else")
    return place
