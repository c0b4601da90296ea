"""Scripts and pages as they travel: made, hashed and compressed once, not at each request."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import cache, lru_cache, partial, wraps
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple, cast

import brotli
import minify
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from widget.models import Widget

Names = TypeVarTuple("Names")
Made = TypeVar("Made")

ROOM = 64 * 1024 * 1024  # bytes in each process, for all that is made of widgets


class Kept:
    """What was made, while there is room: then what was not asked for for longest goes first."""

    def __init__(self, room: int) -> None:
        self._left = room
        self._made: OrderedDict[Hashable, tuple[str, Any, int]] = OrderedDict()
        self._guard = Lock()

    def get(self, key: Hashable, make: Callable[[], Made], version: str = "") -> Made:
        """Made anew for each version, which takes the place of the one before."""
        with self._guard:
            known, made, _size = self._made.get(key, (None, None, 0))
            if known == version:
                self._made.move_to_end(key)
                return cast(Made, made)
        made = make()  # two threads may both
        size = sys.getsizeof(made if isinstance(made, str | bytes) else repr(made))
        with self._guard:
            self._left += self._made.pop(key, ("", None, 0))[2] - size
            self._made[key] = version, made, size
            while self._left < 0:
                self._left += self._made.popitem(last=False)[1][2]
        return made


@cache
def kept() -> Kept:
    """This process's."""
    return Kept(ROOM)


def made_once(make: Callable[[*Names], str]) -> Callable[[*Names], str]:
    """For what is made of static files: those of a running server do not change.

    With DEBUG it is made anew each time, for whoever is changing them.
    """
    make_once = lru_cache(maxsize=64)(make)

    @wraps(make)
    def get(*names: *Names) -> str:
        return make(*names) if settings.DEBUG else make_once(*cast("tuple[Hashable]", names))

    return get


def made_once_a_version(
    make: Callable[[Widget, *Names], Made],
) -> Callable[[Widget, *Names], Made]:
    """For what is made of a widget: `Widget.version` changes whenever the widget may have.

    A preview has no version. With DEBUG it is made anew each time, as templates may change, too.
    """

    @wraps(make)
    def get(widget: Widget, *names: *Names) -> Made:
        if settings.DEBUG or not widget.version:
            return make(widget, *names)
        return kept().get((make, widget.pk, names), lambda: make(widget, *names), widget.version)

    return get


def source(name: str) -> str:
    """A static file, as it is on disk now."""
    path = finders.find(name)
    assert path
    return Path(path).read_text(encoding="utf-8")


@made_once
def short_source(name: str) -> str:
    """One of our scripts or styles, as short as it can be said."""
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return shorten(kind, source(f"widget/{name}"))


def bundle(shared: Iterable[str], names: Iterable[str]) -> str:
    """Modules as one script. What the shared ones export all may import, and nothing else.

    Each of the others is in a block of its own, so that no name clashes with another's.
    """
    modules = [body(name) for name in shared] + [f"{{{body(name)}\n}}" for name in names]
    return shorten("text/javascript", f'(()=>{{"use strict";{"".join(modules)}}})();')


def body(name: str) -> str:
    """A module without the words that join it to others."""
    return re.sub(r"^import .*|^export ", "", source(f"widget/{name}"), flags=re.MULTILINE)


def as_javascript(value: Any) -> str:
    """A value as a JavaScript literal."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pack(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response in the smallest encoding this browser takes; 304 if it has it already.

    Not for pages that hold a secret beside what a stranger wrote.
    Source: RFC 9110, "Conditional Requests".
    """
    body = response.content
    hashed = hashlib.sha256(body).hexdigest()
    etag = f'W/"{hashed[:16]}"'
    if encoding := best_encoding(request.headers.get("Accept-Encoding", "")):
        response.content = kept().get((encoding, hashed), partial(compress, body, encoding))
        response.headers["Content-Encoding"] = encoding
    response.headers["ETag"] = etag
    patch_vary_headers(response, ["Accept-Encoding"])
    unchanged = get_conditional_response(request, etag=etag, response=response)
    return unchanged or response


def best_encoding(accepted: str) -> str:
    """The smallest of the encodings a browser takes, or "" for none. Source: RFC 9110."""
    offered = {part.strip().lower() for part in accepted.split(",")}
    return next((encoding for encoding in ("br", "gzip") if encoding in offered), "")


def shorten(kind: str, text: str) -> str:
    return kept().get((kind, digest(text)), lambda: str(minify.string(kind, text)))


def compress(body: bytes, encoding: str) -> bytes:
    """The text as it travels. Compressing as far as it goes takes 20 ms: once per text."""
    return gzip.compress(body, 9) if encoding == "gzip" else bytes(brotli.compress(body))
