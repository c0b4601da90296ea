"""The process: Daphne on uvloop, which hands each request its sandbox and its socket."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import uvloop

    # Before Daphne, which makes the process's event loop while it is imported.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
os.environ.setdefault("AUTOBAHN_USE_NVX", "0")  # it would look for a C compiler at each start

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor
from twisted.logger import globalLogBeginner

from livechat_sandbox.asgi import application
from livechat_sandbox.platform.addresses import url_of
from livechat_sandbox.webhooks.delivery import Deliveries
from livechat_sandbox.world import bot, state
from livechat_sandbox.world.wire import Wire
from livechat_sandbox.world.world import World

BACKLOG = 4096
MOST_FRAME_BYTES = 64 * 1024 * 1024  # an agent's login lists every active chat
HANDSHAKE_TIMEOUT = 20  # seconds
GOODBYE_TIMEOUT = 10  # seconds; with Autobahn's own 1 a slow client lost the last push by a reset
PING_INTERVAL = 15  # seconds of silence until the server pings
PING_TIMEOUT = 30  # seconds until a missing pong closes the socket
# Objects that come before the garbage collector looks at the new ones, and how often until it looks
# at all of them: with 5 000 customers that takes half a second, in which nobody gets an answer.
COLLECT_AFTER = 10_000, 1, 60

logger = logging.getLogger(__name__)

loop: Any = reactor  # typed as a module, whose methods are not known


class Request(WebRequest):
    """Keeps forms and files from Twisted, which refuses what it cannot read without a word."""

    content_type: list[bytes] | None = None

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        self.content_type = self.requestHeaders.getRawHeaders(b"content-type")
        self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> None:
        """Django reads them, and says what is wrong."""
        if self.content_type:
            self.requestHeaders.setRawHeaders(b"content-type", self.content_type)
        super().process()


class Requests(HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's names
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class FreezableWebSocket(WebSocketProtocol):
    """A websocket that a fault can turn silent, and that carries headers of our own."""

    frozen = False
    on_close: Callable[[], None] | None = None
    autoPingTimeoutCall: Any  # noqa: N815 - Autobahn's name

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Daphne drops the headers of an acceptance; Autobahn would send them."""
        if message["type"] == "websocket.accept" and message.get("headers"):
            headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self.handshake_deferred.callback((message.get("subprotocol"), headers))
            del self.handshake_deferred
        else:
            super().handle_reply(message)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:  # noqa: N802, N803
        """The application learns of it by a queue, later than of a request made meanwhile."""
        super().onClose(wasClean, code, reason)
        if self.on_close is not None:
            self.on_close()

    def freeze(self) -> None:
        self.frozen = True
        self.transport.pauseProducing()
        if self.autoPingTimeoutCall is not None:
            self._cancelAutoPingTimeoutCall()

    def check_timeouts(self) -> None:
        if not self.frozen:
            super().check_timeouts()


class Sockets(WebSocketFactory):
    protocol = FreezableWebSocket


class SandboxServer(Server):
    """Serves one sandbox on one address. Several can live in one process: see `run`."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        hosts: Sequence[str] = (),
        reaches_private_addresses: bool = False,
    ) -> None:
        """Listen, so that `world` knows its own address. Port 0 takes any free one."""
        super().__init__(
            application(),
            endpoints=[f"tcp:port={port}:interface={host}"],  # not used: `listenTCP` is at once
            websocket_timeout=-1,
            ping_interval=PING_INTERVAL,
        )
        self.connections: dict[Any, dict[str, Any]] = {}
        self.ws_factory = Sockets(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=PING_TIMEOUT,
            allowNullOrigin=True,
            openHandshakeTimeout=HANDSHAKE_TIMEOUT,
            closeHandshakeTimeout=GOODBYE_TIMEOUT,
            maxMessagePayloadSize=MOST_FRAME_BYTES,
            maxFramePayloadSize=MOST_FRAME_BYTES,
        )
        self.http_factory = Requests(self)
        listening = loop.listenTCP(port, self.http_factory, backlog=BACKLOG, interface=host)
        self.world = World(
            url_of(host, listening.getHost().port),
            hosts=(host, *hosts),
            reaches_private_addresses=reaches_private_addresses,
        )
        self.world.listeners += [bot.Bot(self.world.base_url), Deliveries()]
        loop.callLater(1, self.application_checker)
        loop.callLater(2, self.timeout_checker)
        loop.callWhenRunning(self.world.deliver_all)
        loop.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Called for each request and each websocket."""
        scope["world"] = self.world
        scope["wire"] = Wire(protocol)
        return super().create_application(protocol, scope)

    def keep_state_in(self, path: Path) -> None:
        """Go on from what the file holds; save at once, now and then, and once more at the end.

        Raises Unreadable, and leaves the file as it is; OSError where nothing can be kept.
        """
        state.load(self.world, path)
        state.save(self.world, path)
        repeat(lambda: state.save(self.world, path), every=state.SAVE_EVERY)


def repeat(save: Callable[[], None], *, every: float) -> None:
    def save_or_tell() -> None:
        """The loop would keep a failure to itself, and not come back."""
        try:
            save()
        except Exception as error:
            logger.error("the state was not kept: %s: %s", type(error).__name__, error)

    def save_and_repeat() -> None:
        save_or_tell()
        loop.callLater(every, save_and_repeat)

    loop.callLater(every, save_and_repeat)
    loop.addSystemEventTrigger("before", "shutdown", save_or_tell)


def run() -> None:
    """Serve every `SandboxServer` that was made, until interrupted."""
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    asyncio.set_event_loop(loop._asyncioEventloop)
    gc.freeze()  # what is imported stays
    gc.set_threshold(*COLLECT_AFTER)
    loop.run()
