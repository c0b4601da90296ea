"""Which websites may show a widget: origins as an owner writes them and as a browser sends them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NO_ADDRESS = _("“%(text)s” is not an address such as https://shop.example.")
MOST_CHARACTERS = 253  # of a host: RFC 1035, 2.3.4
DEFAULT_PORTS = {"http": 80, "https": 443}
HOST = re.compile(
    r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
IPV6_HOST = re.compile(r"\[[0-9a-f:.]+\]")


def clean_origin(text: str) -> str:
    """Return the origin of a website's address, as browsers write it in the `Origin` header.

    Forgives what people paste: a missing scheme means https, a path is cut off. A leading `*.`
    takes in every subdomain, but not the domain itself. Raises ValidationError in plain words.
    Source: RFC 6454, section 6.2; Content Security Policy Level 3, "host-source".
    """
    address = text.strip().lower()
    if address in ("*", "null", "'self'", "'none'"):
        raise ValidationError(
            _("“%(text)s” is not the address of a website. Write it like https://shop.example."),
            params={"text": text},
        )
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        port = parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:
        raise ValidationError(NO_ADDRESS, params={"text": text}) from None
    if parts.scheme not in DEFAULT_PORTS:
        raise ValidationError(
            _("“%(text)s” must begin with https:// (or http:// while you develop)."),
            params={"text": text},
        )
    if parts.username or not (HOST.fullmatch(host) or IPV6_HOST.fullmatch(host)):
        raise ValidationError(NO_ADDRESS, params={"text": text})
    if host.startswith("*.") and "." not in host[2:] and host != "*.localhost":
        raise ValidationError(
            _(
                "“%(text)s” would allow every website under “%(domain)s”. Write the "
                "address of your own, like https://shop.example."
            ),
            params={"text": text, "domain": host[2:]},
        )
    return f"{parts.scheme}://{host}{port_of(parts.scheme, port)}"


def ascii_host(host: str) -> str:
    """Return the host as it travels: international names in their `xn--` form.

    Raises ValueError, UnicodeError among them.
    """
    if len(host) > MOST_CHARACTERS:  # also because Python's own codec takes the square of it
        raise ValueError("no host is that long")
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() else host.encode("idna").decode("ascii")


def validate_origins(origins: object) -> None:
    """Raise ValidationError unless this is a list of clean origins."""
    if not isinstance(origins, list):
        raise ValidationError(_("Allowed websites must be a list of addresses."))
    for origin in origins:
        if not isinstance(origin, str) or clean_origin(origin) != origin:
            raise ValidationError(NO_ADDRESS, params={"text": origin})


def origin_of(url: str) -> str:
    """The origin of an http(s) address as browsers write it, "" for anything else.

    Headers come from anybody, so nothing here raises. Source: RFC 6454, section 6.2.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    is_host = len(host) <= MOST_CHARACTERS and HOST.fullmatch(host) and not host.startswith("*.")
    if parts.scheme not in DEFAULT_PORTS or not (is_host or IPV6_HOST.fullmatch(host)):
        return ""
    return f"{parts.scheme}://{host}{port_of(parts.scheme, port)}"


def port_of(scheme: str, port: int | None) -> str:
    """ ":8443", or "" for the port that the scheme has anyway."""
    return "" if port is None or port == DEFAULT_PORTS[scheme] else f":{port}"


def matches(origin: str, patterns: Iterable[str]) -> bool:
    """Whether what a browser sent as `Origin` is one of these, wildcard subdomains included."""
    own = origin_of(origin)
    if not own or own != origin:  # a header with a path, a user or a fragment is no origin
        return False
    return any(own == pattern or is_subdomain(own, pattern) for pattern in patterns)


def is_subdomain(origin: str, pattern: str) -> bool:
    """Whether `https://a.shop.example` falls under `https://*.shop.example`. Both are origins."""
    wildcard, own = urlsplit(pattern), urlsplit(origin)
    if not wildcard.netloc.startswith("*."):
        return False
    same_scheme = own.scheme == wildcard.scheme
    return same_scheme and own.netloc.endswith(wildcard.netloc.removeprefix("*"))


def is_own(origin: str, host: str) -> bool:
    """Whether this origin is the server that was asked, by either scheme: a proxy may end TLS."""
    return bool(host) and origin in own_origins(host)


@lru_cache(maxsize=100)  # each request asks twice
def own_origins(host: str) -> tuple[str, str]:
    return origin_of(f"https://{host}"), origin_of(f"http://{host}")
