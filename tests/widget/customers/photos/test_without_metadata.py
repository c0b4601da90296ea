"""A photo keeps its picture, how it is turned and its colours, and loses everything else."""

from __future__ import annotations

import io
import struct
import time
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from widget.customers.photos import without_metadata
from widget.customers.photos.heif import clean as clean_heif
from widget.customers.photos.pieces import Damaged, exif_with, orientation_of

PLACE = b"here-at-home"  # in Exif's maker, in texts, in XMP: nothing of it may leave
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FORMATS = ("JPEG", "PNG", "WEBP")


def photo(kind: str, orientation: int = 6, size: int = 64) -> bytes:
    """As a phone makes it: with a place, a comment, XMP, a colour profile, turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = PLACE.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", PLACE.decode())
    more: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": PLACE, "xmp": PLACE, "progressive": True},
        "PNG": {"pnginfo": texts},
        "WEBP": {"xmp": PLACE},
    }
    made = io.BytesIO()
    picture = Image.radial_gradient("L").resize((size, size)).convert("RGB")
    picture.save(made, kind, exif=exif, icc_profile=PROFILE, **more[kind])
    return made.getvalue()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def heic(place: bytes) -> bytes:
    """The boxes of a HEIC with an item of pixels and one of Exif, as an iPhone writes them."""
    kinds = [(1, b"hvc1"), (2, b"Exif")]
    entries = [
        box(b"infe", b"\2\0\0\0", struct.pack(">HH", n, 0), kind, b"\0") for n, kind in kinds
    ]
    iinf = box(b"iinf", b"\0\0\0\0", struct.pack(">H", len(entries)), *entries)
    ftyp = box(b"ftyp", b"heic", b"\0\0\0\0", b"mif1heic")
    lengths = (6, len(place))

    def meta(first: int) -> bytes:
        starts = (first, first + lengths[0])
        items = [
            struct.pack(">HHHII", n, 0, 1, start, length)
            for n, start, length in zip((1, 2), starts, lengths, strict=True)
        ]
        iloc = box(b"iloc", b"\0\0\0\0", b"\x44\0", struct.pack(">H", 2), *items)
        return box(b"meta", b"\0\0\0\0", iinf, iloc)

    first = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(first) + box(b"mdat", b"PIXELS", place)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_photo_says_no_more_where_it_was_taken(kind: str) -> None:
    before = photo(kind)
    after = without_metadata(before)
    assert PLACE in before or kind == "PNG"  # whose texts are compressed, or not
    assert PLACE not in after
    with Image.open(io.BytesIO(after)) as opened:
        assert not opened.getexif().get_ifd(0x8825)
        assert dict(opened.getexif()) == {0x0112: 6}


@pytest.mark.parametrize("kind", FORMATS)
def test_and_looks_the_same(kind: str) -> None:
    before = photo(kind)
    with (
        Image.open(io.BytesIO(before)) as old,
        Image.open(io.BytesIO(without_metadata(before))) as new,
    ):
        assert new.tobytes() == old.tobytes()
        assert new.info["icc_profile"] == PROFILE


@pytest.mark.parametrize("kind", FORMATS)
def test_one_that_stands_upright_has_nothing_beside_its_picture(kind: str) -> None:
    with Image.open(io.BytesIO(without_metadata(photo(kind, orientation=1)))) as opened:
        assert not opened.getexif()


@pytest.mark.parametrize("kind", FORMATS)
def test_what_follows_a_picture_is_cut_off(kind: str) -> None:
    """A film of the moment before, or a second picture, with its own place."""
    assert PLACE not in without_metadata(photo(kind) + photo("JPEG") + PLACE)


def test_moving_pictures_move() -> None:
    made = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:], xmp=PLACE)
    after = without_metadata(made.getvalue())
    assert PLACE not in after
    with Image.open(io.BytesIO(after)) as opened:
        assert len(list(ImageSequence.Iterator(opened))) == 3


def test_a_heic_keeps_its_pixels_where_they_are() -> None:
    before = heic(PLACE)
    after = clean_heif(before)
    assert PLACE not in after
    assert after == before.replace(PLACE, bytes(len(PLACE)))


def test_a_jpeg_that_was_cut_short_shows_what_there_is() -> None:
    before = photo("JPEG")
    after = without_metadata(before[: len(before) - 5])
    assert PLACE not in after
    assert after.endswith(b"\xff\xd9")


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.7", b"\xff\xd8", "über".encode()])
def test_what_is_no_photo_is_left_alone(content: bytes) -> None:
    assert without_metadata(content) is content


@pytest.mark.parametrize("whole", [*map(photo, FORMATS), heic(PLACE)])
def test_no_damage_makes_it_fail(whole: bytes) -> None:
    """Cut anywhere, or with any byte changed: it passes or is refused."""
    for at in range(min(len(whole), 1200)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            refused_or_clean(damaged)


BEGINNINGS = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBP", b"\0\0\0\x0cftypheic"]


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
def test_nor_does_anything_else(beginning: bytes, rest: bytes) -> None:
    refused_or_clean(beginning + rest)


def refused_or_clean(content: bytes) -> None:
    try:
        assert isinstance(without_metadata(content), bytes)
    except Damaged:
        return


@given(st.binary(max_size=100))
def test_nor_do_strange_directories(rest: bytes) -> None:
    assert 1 <= orientation_of(b"MM\0*\0\0\0\x08" + rest) <= 8
    assert orientation_of(exif_with(8)) == 8


LARGE = 2_000_000  # bytes
MANY = {
    "restarts": b"\xff\xd8\xff\xda\0\2" + b"\xff\0\xff\xd0" * (LARGE // 4),
    "fillings": b"\xff\xd8\xff\xda\0\2" + b"\xff" * LARGE,
    "segments": b"\xff\xd8" + b"\xff\xfe\0\2" * (LARGE // 4),
    "chunks": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXtabcd" * (LARGE // 12),
    "frames": b"RIFF" + LARGE.to_bytes(4, "little") + b"WEBP" + b"ANMF\0\0\0\0" * (LARGE // 8),
    "boxes": b"\0\0\0\x0cftypheic" + b"\0\0\0\x08free" * (LARGE // 8),
}


@pytest.mark.parametrize("name", MANY)
def test_no_photo_costs_more_than_its_length(name: str) -> None:
    """Compared with what a checksum of it takes, which is read once."""
    began = time.thread_time()
    zlib.crc32(MANY[name])
    floor = max(time.thread_time() - began, 1e-3)
    began = time.thread_time()
    refused_or_clean(MANY[name])
    assert time.thread_time() - began < 200 * floor
