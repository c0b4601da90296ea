"""Addresses: what can be read of those that strangers write, and our own."""

from urllib.parse import urlsplit

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what somebody may listen on


def host_of(url: str) -> str:
    """In small letters; empty for what is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_web(url: str) -> bool:
    """Whether it is the address of a page."""
    return bool(host_of(url)) and urlsplit(url).scheme in ("http", "https")


def url_of(host: str, port: int) -> str:
    """How to reach who listens there."""
    name = "localhost" if host in EVERYWHERE else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
