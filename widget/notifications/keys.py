"""The key with which we sign notifications. Source: RFC 8292, "VAPID"."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from importlib.util import find_spec

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatproxy import conf

LIBRARY = "pywebpush"
CONTACTS = ("mailto:", "https:")


def is_possible() -> bool:
    """Whether notifications can be offered: the keys are set, and the library is there."""
    return bool(public_key() and has_contact() and has_library())


def has_library() -> bool:
    return find_spec(LIBRARY) is not None


def has_contact() -> bool:
    """Without it push services refuse us."""
    return conf.push_contact().startswith(CONTACTS)


def new_private_key() -> str:
    """32 random bytes, in base64url."""
    number = generate_private_key(SECP256R1()).private_numbers().private_value
    return in_base64(number.to_bytes(32))


def public_key() -> str:
    """What browsers are told, "" where there is no key, or none that can be used."""
    return public_key_of(conf.push_key())


@lru_cache(maxsize=8)
def public_key_of(key: str) -> str:
    try:
        private = parse(key)
    except ValueError:
        return ""
    return in_base64(
        private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )


def parse(key: str) -> EllipticCurvePrivateKey:
    """Raises ValueError."""
    try:
        number = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("no base64url") from error
    if len(number) != 32:
        raise ValueError("a key has 32 bytes")
    return derive_private_key(int.from_bytes(number), SECP256R1())


def in_base64(binary: bytes) -> str:
    return base64.urlsafe_b64encode(binary).rstrip(b"=").decode()
