"""Where a browser lets us send its notifications: an address from outside, to which we post."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

from chatproxy import conf

LONGEST = 1000  # characters
IN_HOSTS = frozenset(string.ascii_lowercase + string.digits + "-.")
PRINTABLE = frozenset(map(chr, range(0x21, 0x7F)))


def may_post_to(address: str) -> bool:
    """Whether it may be a push service's: https and a name, or one of CHAT_PUSH_SERVICES.

    So strict that all parsers of URLs read the same. Where a name leads is looked at when it is
    used, see `sending`.
    """
    if len(address) > LONGEST or not PRINTABLE.issuperset(address) or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" in conf.push_services():
        return True
    return parts.scheme == "https" and is_name(parts.netloc.lower())


def is_name(host: str) -> bool:
    """Of a host with a top-level domain: no number, no port, no user."""
    name, dot, top = host.rpartition(".")
    return bool(name and dot and top[:1].isalpha()) and IN_HOSTS.issuperset(host)
