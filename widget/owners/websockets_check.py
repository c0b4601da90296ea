"""Does a websocket reach this server through whatever is in front of it?"""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urljoin

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 10.0  # seconds
WIDGET = re.compile(r"/w/[\w-]+/")


class NotReached(Exception):
    """Nothing could be said: the address does not answer from here. The message says why."""


class NoWebsocket(Exception):
    """The address answers, but opens no websocket. `status` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def try_websocket(address: str) -> None:
    """Open a websocket as a panel does, with a token that nobody has, and close it again.

    `address` is where the chat is, or any address of a widget. Raises NoWebsocket, NotReached.
    """
    try:
        with (
            connect(
                socket_address(address),
                subprotocols=[Subprotocol("chat"), Subprotocol("bearer.of-nobody")],
                open_timeout=PATIENCE,
                close_timeout=1,
            ) as socket,
            suppress(ConnectionClosed, TimeoutError),
        ):
            socket.recv(timeout=1)  # we are refused, which is what shows that we got there
    except InvalidStatus as error:
        raise NoWebsocket(error.response.status_code) from error
    except (ConnectionClosed, InvalidHandshake, OSError, EOFError, ValueError) as error:
        raise NotReached(str(error)) from error


def socket_address(address: str) -> str:
    """The websocket of the widget that is named, or of none."""
    found = WIDGET.search(address)
    base = address[: found.end()] if found else urljoin(f"{address.rstrip('/')}/", "w/none/")
    return re.sub(r"^http", "ws", urljoin(base, "socket"))
