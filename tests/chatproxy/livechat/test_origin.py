"""The origin of the website's page goes along where LiveChat's own clients send it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from chatproxy.livechat import accounts
from chatproxy.livechat.errors import NotConnected, Unreachable
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.rtm import Connection

PAGE = "https://shop.example/cart"


class Ear(BaseHTTPRequestHandler):
    """Refuses everything, and remembers where it came from."""

    heard: ClassVar[list[str | None]] = []

    def refuse(self) -> None:
        self.heard.append(self.headers.get("Origin"))
        self.send_error(400)

    do_GET = do_POST = refuse  # noqa: N815 - as http.server calls them

    def log_message(self, *arguments: Any) -> None:
        """Quietly."""


@pytest.fixture
def heard(organization: Organization, settings: Any) -> Iterator[list[str | None]]:
    """The `Origin` of each request that reaches LiveChat's hosts."""
    Ear.heard.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    settings.LIVECHAT_ACCOUNTS_URL = settings.LIVECHAT_API_URL = url
    yield Ear.heard
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("page", "origin"), [(PAGE, "https://shop.example"), ("", None)])
def test_a_grant_says_from_which_website(
    organization: Organization, heard: list[str | None], page: str, origin: str | None
) -> None:
    with pytest.raises(Unreachable):
        accounts.exchange(organization.on_page(page), None)
    assert heard == [origin]


@pytest.mark.parametrize(("page", "origin"), [(PAGE, "https://shop.example"), ("", None)])
async def test_a_connection_says_from_which_website(
    organization: Organization, heard: list[str | None], page: str, origin: str | None
) -> None:
    with pytest.raises(NotConnected):
        await Connection.log_in(organization.on_page(page), "dal", "dal:token", {}, "")
    assert heard == [origin]
