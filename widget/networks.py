"""Whose an address is: the customer's own network, and what a provider may have around it."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Of IPv6: how long a network's prefix is, and how many customers' worth it may do. One customer
# of a provider has a /64 at least; a company a /48; a provider a /32 and more.
IPV6_NETWORKS = ((64, 1), (48, 4), (32, 10))
NAT64 = ip_network("64:ff9b::/96")


def address_of(text: str) -> Address | None:
    """The address; IPv4 as such, also where a socket for IPv6 wraps it. None if it is not one.

    Source: RFC 4291, section 2.5.5.2, "IPv4-Mapped IPv6 Address".
    """
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


def before_nat64(address: Address) -> Address:
    """The IPv4 address that a network without IPv4 writes as IPv6; any other as it is.

    Source: RFC 6052, section 2.1, "Well-Known Prefix".
    """
    return IPv4Address(address.packed[-4:]) if address in NAT64 else address


@lru_cache(maxsize=1000)  # each socket and each request asks several times: 40 µs, with IPv6
def networks_of(text: str) -> tuple[tuple[str, int], ...]:
    """Each network that an address stands for, the narrowest first, and its share."""
    known = address_of(text)
    address = before_nat64(known) if known else None
    if isinstance(address, IPv6Address):
        return tuple(
            (str(ip_network((int(address), length), strict=False)), share)
            for length, share in IPV6_NETWORKS
        )
    return ((str(address or text), 1),)
