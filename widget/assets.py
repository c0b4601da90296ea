"""Scripts and pages as they travel: made, hashed and compressed once, not at each request."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache, wraps
from pathlib import Path
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

    @lru_cache(maxsize=256)
    def make_once(widget: Widget, _version: str, *names: *Names) -> Made:
        return make(widget, *names)

    @wraps(make)
    def get(widget: Widget, *names: *Names) -> Made:
        if settings.DEBUG or not widget.version:
            return make(widget, *names)
        return make_once(widget, widget.version, *cast("tuple[Hashable]", names))

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
    body = response.content.decode()
    etag = etag_of(body)
    if encoding := best_encoding(request.headers.get("Accept-Encoding", "")):
        response.content = compress(body, encoding)
        response.headers["Content-Encoding"] = encoding
    response.headers["ETag"] = etag
    patch_vary_headers(response, ["Accept-Encoding"])
    unchanged = get_conditional_response(request, etag=etag, response=response)
    return unchanged or response


def best_encoding(accepted: str) -> str:
    """The smallest of the encodings a browser takes, or "" for none. Source: RFC 9110."""
    offered = {part.strip().lower() for part in accepted.split(",")}
    return next((encoding for encoding in ("br", "gzip") if encoding in offered), "")


@lru_cache(maxsize=512)
def etag_of(text: str) -> str:
    return f'W/"{digest(text)[:16]}"'


@lru_cache
def shorten(kind: str, text: str) -> str:
    return str(minify.string(kind, text))


@lru_cache(maxsize=512)
def compress(text: str, encoding: str) -> bytes:
    """The text as it travels. Compressing as far as it goes takes 20 ms: once per text."""
    body = text.encode()
    return gzip.compress(body, 9) if encoding == "gzip" else bytes(brotli.compress(body))
