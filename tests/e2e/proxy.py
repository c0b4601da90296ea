"""A network that fails as networks do: it goes silent, lets no websocket through, or dies."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import suppress
from typing import Literal

Mode = Literal["forward", "silent", "strip", "unanswered", "dead"]
UPGRADE = re.compile(rb"^(upgrade|connection):.*\r\n", re.IGNORECASE | re.MULTILINE)
CHUNK = 65_536  # bytes
PATIENCE = 30  # seconds


class Proxy:
    """Passes what comes to its `port` on to the server's. `mode` may change at any time.

    * forward: everything goes through.
    * silent: nothing does, in either direction, and nothing is closed.
    * strip: `Upgrade` is taken out of what a new connection asks first, as old proxies do.
    * unanswered: what is asked arrives, and the connection breaks when the answer comes.
    * dead: every connection breaks, and so does each new one.
    """

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.mode: Mode = "forward"
        self.writers: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        start = asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.listener = asyncio.run_coroutine_threadsafe(start, self.loop).result(PATIENCE)
        self.port: int = self.listener.sockets[0].getsockname()[1]

    def become(self, mode: Mode) -> None:
        """From now on fail like this. Open connections break when it dies, and only then."""
        self.mode = mode
        if mode == "dead":
            self.loop.call_soon_threadsafe(self.break_all)

    def break_all(self) -> None:
        for writer in tuple(self.writers):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a browser."""
        if self.mode == "dead":
            writer.transport.abort()
            return
        there = await asyncio.open_connection("127.0.0.1", self.server_port)
        self.writers |= {writer, there[1]}
        try:
            await asyncio.gather(
                self.pump(reader, there[1], is_request=True),
                self.pump(there[0], writer, is_request=False),
            )
        finally:
            self.writers -= {writer, there[1]}

    async def pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_request: bool
    ) -> None:
        """Pass on what is read for as long as there is any; what comes while silent is lost."""
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                if self.mode == "strip" and is_request and b"pgrade" in data:
                    data = UPGRADE.sub(b"", data)
                if self.mode == "unanswered" and not is_request:
                    writer.transport.abort()
                elif self.mode != "silent":
                    writer.write(data)
                    await writer.drain()
        writer.close()

    def close(self) -> None:
        """Stop listening and break what is open."""
        asyncio.run_coroutine_threadsafe(self.stop(), self.loop).result(PATIENCE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)

    async def stop(self) -> None:
        self.listener.close()
        self.break_all()
        if connections := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(connections, timeout=5)
