"""Static files: from the source folders while developing, compressed and cached in production."""

from typing import Any

from django.conf import settings
from servestatic import ServeStaticASGI

from config.policy import FILE_HEADERS

# `panel.0123456789ab.css`: its name changes with its content, so it may be kept for ever.
HASHED = r"\.[0-9a-f]{12}\.[^/]+$"


def with_static_files(application: Any) -> Any:
    """Serve what is under STATIC_URL before the application is asked."""
    if settings.DEBUG:
        return application  # the chat's own application serves them
    return ServeStaticASGI(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=HASHED,
        add_headers_function=add_headers,
    )


def add_headers(headers: Any, path: str, url: str) -> None:  # noqa: ARG001 - the library's signature
    """Also for pages of other websites that are isolated: the launcher is on them."""
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    for name, value in FILE_HEADERS.items():
        headers[name] = value
