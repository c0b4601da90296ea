"""Reaching out: describing the page behind a link, and calling an address back."""

import asyncio
import json
import urllib.request
from functools import partial
from html.parser import HTMLParser
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin

from livechat_sandbox.platform import addresses
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports import outside


class Head(HTMLParser):
    """Reads the title and the `meta` elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        if tag == "meta":
            named = dict(attrs)
            key = named.get("property") or named.get("name")
            if key and named.get("content"):
                self.metas.setdefault(key.lower(), named["content"] or "")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False


async def describe(url: str, *, private: bool) -> Payload:
    """Title, description and picture of a page. Raises validation, not_found.

    `private` lets it look at this machine and its network as well.
    """
    if not addresses.is_web(url):
        raise LiveChatError("validation", "`url` is not a web address")
    try:
        request = urllib.request.Request(url)  # noqa: S310
        page = await asyncio.to_thread(partial(outside.fetch, request, private=private))
    except (OSError, ValueError, HTTPException) as error:
        raise LiveChatError("not_found", "Nothing was found at the URL") from error
    head = Head()
    head.feed(page)
    image = _address(url, head.metas.get("og:image"))
    found = {
        "title": head.metas.get("og:title") or head.title.strip(),
        "description": head.metas.get("og:description") or head.metas.get("description"),
        "image_url": image,
        "image_original_url": image,
        "image_width": _number(head.metas.get("og:image:width")),
        "image_height": _number(head.metas.get("og:image:height")),
    }
    return {name: value for name, value in found.items() if value} | {"url": url}


async def post(url: str, content: Any, *, private: bool) -> None:
    """Call an address once; whether anybody answers makes no difference."""
    if not addresses.is_web(url):
        raise LiveChatError("validation", "`callback_uri` is not a web address")
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            url, json.dumps(content).encode(), {"Content-Type": "application/json"}
        )
        await asyncio.to_thread(partial(outside.fetch, request, private=private))
    except (OSError, ValueError, HTTPException):
        return


def _address(page: str, image: str | None) -> str | None:
    """Where a picture is that a page names; None for what is no address."""
    try:
        return urljoin(page, image) if image else None
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    return whole_number(text) if text else None
