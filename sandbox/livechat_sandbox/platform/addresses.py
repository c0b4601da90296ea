"""Addresses that strangers write: what can be read of them."""

from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """In small letters; empty for what is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_web(url: str) -> bool:
    """Whether it is the address of a page."""
    return bool(host_of(url)) and urlsplit(url).scheme in ("http", "https")
