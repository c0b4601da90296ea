"""The process: Daphne on uvloop, with a door from the application to each socket."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor

from sandbox.wire import Wire

BACKLOG = 4096
MOST_FRAME_BYTES = 64 * 1024 * 1024  # an agent's login lists every active chat
PING_INTERVAL = 15  # seconds of silence until the server pings
PING_TIMEOUT = 30  # seconds until a missing pong closes the socket


class FreezableWebSocket(WebSocketProtocol):
    """A websocket that a fault can turn silent, and that carries headers of our own."""

    frozen = False
    autoPingTimeoutCall: Any  # noqa: N815 - Autobahn's name

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Daphne drops the headers of an acceptance; Autobahn would send them."""
        if message["type"] == "websocket.accept" and message.get("headers"):
            headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self.handshake_deferred.callback((message.get("subprotocol"), headers))
            del self.handshake_deferred
        else:
            super().handle_reply(message)

    def freeze(self) -> None:
        self.frozen = True
        self.transport.pauseProducing()
        if self.autoPingTimeoutCall is not None:
            self._cancelAutoPingTimeoutCall()

    def check_timeouts(self) -> None:
        if not self.frozen:
            super().check_timeouts()


class SandboxServer(Server):
    """Gives the application its `wire` with each request and websocket."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["wire"] = Wire(protocol)
        return super().create_application(protocol, scope)


WebSocketFactory.protocol = FreezableWebSocket


def serve(host: str, port: int, state_file: Path | None, *, with_bot: bool) -> None:
    """Run until interrupted."""
    from sandbox import bot, state
    from sandbox.asgi import application
    from sandbox.seed import ORGANIZATION_ID
    from sandbox.webhooks_delivery import Deliveries
    from sandbox.world import world

    shown_host = "localhost" if host == "0.0.0.0" else host  # noqa: S104
    world.base_url = f"http://{shown_host}:{port}"
    world.begin()
    world.listeners += [bot.Bot(world.base_url).hears, Deliveries().hears]
    if state_file:
        state.load(world, state_file)
        keep(lambda: state.save(world, state_file), every=state.SAVE_EVERY)
    if with_bot:
        bot.switch_on(world.organizations[ORGANIZATION_ID])
    reactor.callWhenRunning(world.set_alarm)
    print(f"LiveChat sandbox on {world.base_url}/", flush=True)  # noqa: T201
    SandboxServer(
        application,
        endpoints=[f"tcp:port={port}:interface={host}:backlog={BACKLOG}"],
        websocket_timeout=-1,
        ping_interval=PING_INTERVAL,
        ping_timeout=PING_TIMEOUT,
        websocket_handshake_timeout=20,
        websocket_max_message_size=MOST_FRAME_BYTES,
        websocket_max_frame_size=MOST_FRAME_BYTES,
    ).run()


def keep(save: Callable[[], None], *, every: float) -> None:
    """Save now and then, and once more at the end."""

    timers: Any = reactor  # typed as an interface, whose methods look unbound

    def save_and_repeat() -> None:
        save()
        timers.callLater(every, save_and_repeat)

    timers.callLater(every, save_and_repeat)
    timers.addSystemEventTrigger("before", "shutdown", save)
