"""The process: Daphne on uvloop, with a door from the application to each socket."""

import asyncio
import sys
from typing import Any

if sys.platform != "win32":
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from sandbox.wire import Wire

BACKLOG = 4096
PING_INTERVAL = 15  # seconds of silence until the server pings
PING_TIMEOUT = 30  # seconds until a missing pong closes the socket


class FreezableWebSocket(WebSocketProtocol):
    """A websocket that a fault can turn silent, and that carries headers of our own."""

    frozen = False

    def freeze(self) -> None:
        self.frozen = True
        self.transport.pauseProducing()
        if self.autoPingTimeoutCall is not None:
            self.autoPingTimeoutCall.cancel()
            self.autoPingTimeoutCall = None

    def check_timeouts(self) -> None:
        if not self.frozen:
            super().check_timeouts()


class SandboxServer(Server):
    """Gives the application its `wire` with each request and websocket."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["wire"] = Wire(protocol)
        return super().create_application(protocol, scope)


WebSocketFactory.protocol = FreezableWebSocket


def serve(host: str, port: int, state_file: str | None = None, *, bot: bool = False) -> None:
    """Run until interrupted."""
    from sandbox.asgi import application
    from sandbox.world import world

    shown_host = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
    world.base_url = f"http://{shown_host}:{port}"
    world.begin()
    print(f"LiveChat sandbox on {world.base_url}/", flush=True)  # noqa: T201
    SandboxServer(
        application,
        endpoints=[f"tcp:port={port}:interface={host}:backlog={BACKLOG}"],
        websocket_timeout=-1,
        ping_interval=PING_INTERVAL,
        ping_timeout=PING_TIMEOUT,
        websocket_handshake_timeout=20,
    ).run()
