"""Fetching addresses that strangers name: only such as everybody can reach.

A customer's link may not lead the sandbox to what only this machine or its network can see.
"""

import http.client
import ipaddress
import socket
import time
import urllib.request
from typing import Any

TIMEOUT = 5  # seconds between two pieces
LONGEST = 10  # seconds for a whole page
PIECE = 64 * 1024  # bytes read at once
MOST_BYTES = 512 * 1024
NAT64 = ipaddress.ip_network("64:ff9b::/96")
INTERNET = ipaddress.ip_network("2000::/3")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Private(OSError):
    """The address belongs to this machine or to a network of its own."""


def fetch(request: urllib.request.Request, *, private: bool = False) -> str:
    """The beginning of what is there, as text. Raises OSError, ValueError, HTTPException."""
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        *((PlainHttp(), PlainHttps()) if private else (PublicHttp(), PublicHttps())),
    ]
    for handler in handlers:
        opener.add_handler(handler)
    with opener.open(request, timeout=TIMEOUT) as response:
        return beginning_of(response).decode(errors="replace")


def beginning_of(response: http.client.HTTPResponse) -> bytes:
    """What comes in time. Whoever sends a byte now and then must not keep a thread for long."""
    content, deadline = bytearray(), time.monotonic() + LONGEST
    while len(content) < MOST_BYTES and time.monotonic() < deadline:
        piece = response.read1(PIECE)
        if not piece:
            break
        content += piece
    return bytes(content[:MOST_BYTES])


PlainHttp = urllib.request.HTTPHandler
PlainHttps = urllib.request.HTTPSHandler


def connect_in_public(
    address: tuple[str, int], timeout: float, source_address: Any = None
) -> socket.socket:
    """Connect to the very address that was looked at. Raises Private, OSError."""
    found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if any(is_private(each) for each in addresses):
        raise Private(f"{address[0]} is not a public address")
    return socket.create_connection((addresses[0], address[1]), timeout, source_address)


def is_private(text: str) -> bool:
    """Sources: RFC 4291, 2.4 (where the internet's addresses are), RFC 6052 (NAT64)."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        address = inner(address) or address
    if isinstance(address, ipaddress.IPv6Address) and address not in INTERNET:
        return True
    return not address.is_global or address.is_multicast


def inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class PublicConnection(http.client.HTTPConnection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = connect_in_public


class PublicTlsConnection(http.client.HTTPSConnection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = connect_in_public


class PublicHttp(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(PublicConnection, req)


class PublicHttps(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(PublicTlsConnection, req)
