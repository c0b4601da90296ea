"""One notification to one browser: encrypted, signed, and posted to the browser's push service.

Imported only where notifications are possible, because the library is an optional one.
Sources: RFC 8030 (push), RFC 8291 (encryption), RFC 8292 (VAPID).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import logging
import socket
import time
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from py_vapid import Vapid02
from pywebpush import WebPusher
from yarl import URL

from chatproxy import conf
from chatproxy.livechat.structures import Json
from widget.models import Browser
from widget.networks import before_nat64
from widget.notifications.addresses import may_post_to
from widget.notifications.outcomes import Outcome, Result

logger = logging.getLogger(__name__)

LONGEST = 15.0  # seconds for everything, the name of the host included
CONNECTIONS = 50  # open at once
SIGNED_FOR = 12 * 3600  # seconds
LONGEST_WAIT = 3600.0  # seconds that a push service may ask us to wait
GONE = (404, 410)
LATER = (408, 425, 429)
INTERNET = ipaddress.ip_network("2000::/3")


def is_public(host: str) -> bool:
    """Of an IP address. What maps an IPv4 address is as public as that is.

    Sources: RFC 4291, 2.4 (where the internet's addresses are), RFC 6052 (NAT64), RFC 3056 (6to4).
    """
    address = before_nat64(ipaddress.ip_address(host))
    if isinstance(address, ipaddress.IPv6Address):
        return address in INTERNET and address.is_global and address.sixtofour is None
    return address.is_global and not address.is_multicast


class PublicHosts(AbstractResolver):
    """Knows the addresses of public hosts alone: what a browser gives us leads nowhere inside."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError for a host that is not on the internet."""
        found = await self._resolver.resolve(host, port, family)
        if f"{host}:{port}" in {urlsplit(origin).netloc for origin in conf.push_services()}:
            return found
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise OSError("no public host")
        return public

    async def close(self) -> None:
        await self._resolver.close()


class Sender:
    """Posts to push services, one session for a process."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PublicHosts(), limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=LONGEST),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def send(self, browser: Browser, payload: Json, topic: str) -> Result:
        """Once. It never raises: what came of it is the result.

        What waits at the push service under the same `topic` gives way to this one.
        """
        if not may_post_to(browser.endpoint):
            return Result(Outcome.REFUSED)
        try:
            headers = headers_for(browser.endpoint, topic)
            body = encrypt(browser, payload)
            async with self._session.post(
                URL(browser.endpoint, encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
            ) as response:
                return result_of(response)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            logger.info("a push service was not reached: %s", type(error).__name__)
            return Result(Outcome.LATER)
        except Exception:
            logger.exception("a notification could not be made")
            return Result(Outcome.REFUSED)

    async def close(self) -> None:
        await self._session.close()


def encrypt(browser: Browser, payload: Json) -> bytes:
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    pusher = WebPusher({"endpoint": browser.endpoint, "keys": keys})
    plain = json.dumps(payload, ensure_ascii=False).encode()
    return bytes(pusher.encode(plain)["body"])


def headers_for(endpoint: str, topic: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        "sub": conf.push_contact(),
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + SIGNED_FOR,
    }
    signed = Vapid02.from_raw(conf.push_key().encode()).sign(claims)
    digest = hashlib.sha256(topic.encode()).digest()[:24]
    return {
        "Authorization": signed["Authorization"],
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(conf.push_period().total_seconds())),
        "Topic": base64.urlsafe_b64encode(digest).decode(),
        "Urgency": "high",
    }


def result_of(response: aiohttp.ClientResponse) -> Result:
    """What a push service's answer means for us."""
    if response.status in (200, 201, 202, 204):
        return Result(Outcome.DELIVERED)
    if response.status in GONE:
        return Result(Outcome.GONE)
    logger.warning("a push service answered %s", response.status)
    if response.status in LATER or response.status >= 500:
        return Result(Outcome.LATER, seconds_in(response.headers.get("Retry-After", "")))
    return Result(Outcome.REFUSED)


def seconds_in(retry_after: str) -> float:
    """0 for a date, or none at all."""
    return min(float(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else 0
