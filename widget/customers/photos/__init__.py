"""What a photo says beside its picture (where it was taken, who took it, with what) stays here.

Whole pieces of the file are left out; not a pixel is encoded anew, so nothing gets worse and no
library that decodes pictures of strangers is needed. How the picture is turned and its colour
profile are kept. Each format has its module; `CLEANERS` knows them by how a file begins.
"""

from collections.abc import Callable

from widget.customers.photos import heif, jpeg, png, webp

# Format, where a file of it says so. (TIFF and GIF, which no phone takes photos in, pass as they
# are, as do films.)
CLEANERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], bytes]], ...] = (
    (jpeg.is_jpeg, jpeg.clean),
    (png.is_png, png.clean),
    (webp.is_webp, webp.clean),
    (heif.is_heif, heif.clean),
)


def without_metadata(content: bytes) -> bytes:
    """The same picture, or the same bytes if it is not one. Takes as long as the file is large.

    Raises Damaged for a picture whose pieces do not fit: nobody knows what it says.
    """
    clean = next((clean for is_one, clean in CLEANERS if is_one(content)), None)
    return clean(content) if clean else content
