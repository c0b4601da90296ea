"""A browser's socket, as far as the server can see it."""

# ruff: noqa: ASYNC109 - the signatures are those of Channels

from typing import Any

from channels.testing import WebsocketCommunicator

from tests.waiting import PATIENCE


class BrowserSocket(WebsocketCommunicator):
    """Waits as long as a test can: Channels gives every answer one second, however busy we are."""

    async def connect(self, timeout: float = PATIENCE) -> Any:
        return await super().connect(timeout)

    async def receive_output(self, timeout: float = PATIENCE) -> Any:
        return await super().receive_output(timeout)

    async def receive_from(self, timeout: float = PATIENCE) -> Any:
        return await super().receive_from(timeout)

    async def disconnect(self, code: int = 1000, timeout: float = PATIENCE) -> None:
        await super().disconnect(code, timeout)

    async def wait(self, timeout: float = PATIENCE) -> None:
        await super().wait(timeout)
