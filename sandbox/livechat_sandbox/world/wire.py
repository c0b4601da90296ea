"""A door to the socket below the application, for pushes at once and for faults."""

import asyncio
from collections.abc import Callable
from typing import Any


class Wire:
    """One client's socket. Server frames go out in the order of the calls."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self.delay = 0.0  # seconds that each frame takes
        self.frozen = False
        self._free_at = 0.0

    def when_closed(self, tell: Callable[[], None]) -> None:
        """Call this as soon as the socket is closed, before anything else that arrives later."""
        self._protocol.on_close = tell

    def send(self, frame: bytes) -> None:
        """Send a text frame; nothing happens on a closed or frozen socket."""
        if self.frozen:
            return
        loop = asyncio.get_running_loop()
        if self.delay or self._free_at > loop.time():
            self._free_at = max(self._free_at, loop.time()) + self.delay
            loop.call_at(self._free_at, self._send_now, frame)
        else:
            self._send_now(frame)

    def _send_now(self, frame: bytes) -> None:
        if not self.frozen and self._protocol.state == self._protocol.STATE_OPEN:
            self._protocol.sendMessage(frame, False)

    def close(self) -> None:
        """Close politely, once what was sent before has gone."""
        loop = asyncio.get_running_loop()
        if self._free_at > loop.time():
            loop.call_at(self._free_at, self._close_now)
        else:
            self._close_now()

    def _close_now(self) -> None:
        if not self.frozen and self._protocol.state == self._protocol.STATE_OPEN:
            self._protocol.sendClose(code=1000)

    def abort(self) -> None:
        """Reset the connection: the client sees neither an answer nor a farewell."""
        self._transport().abortConnection()

    def hang_up(self) -> None:
        """Close the connection below the protocol, after what was written has gone."""
        self._transport().loseConnection()

    def _transport(self) -> Any:
        channel = getattr(self._protocol, "channel", None)
        return channel.transport if channel else self._protocol.transport

    def freeze(self) -> None:
        """Go silent without closing: nothing is read, written or answered any more."""
        self.frozen = True
        self._protocol.freeze()
