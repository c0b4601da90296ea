"""Which websites may show a widget: origins as an owner writes them and as a browser sends them."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NO_ADDRESS = _("“%(text)s” is not an address such as https://shop.example.")
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
            _("“%(text)s” is not the address of one website."), params={"text": text}
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
            _("“%(text)s” would allow every website under “%(domain)s”."),
            params={"text": text, "domain": host[2:]},
        )
    if port is None or port == DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def ascii_host(host: str) -> str:
    """Return the host as it travels: international names in their `xn--` form."""
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


def matches(origin: str, patterns: Iterable[str]) -> bool:
    """Whether a browser's origin is one of these, wildcard subdomains included."""
    return any(origin == pattern or is_subdomain(origin, pattern) for pattern in patterns)


def is_subdomain(origin: str, pattern: str) -> bool:
    """Whether `https://a.shop.example` falls under `https://*.shop.example`."""
    scheme, wildcard, domain = pattern.partition("://*.")
    prefix = f"{scheme}://"
    return bool(wildcard) and origin.startswith(prefix) and origin.endswith(f".{domain}")


def is_own(origin: str, host: str) -> bool:
    """Whether this origin is the server that was asked."""
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False
