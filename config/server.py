"""The web server: Daphne on uvloop, with limits and with a goodbye.

Import this before anything imports Twisted's reactor: uvloop's policy must be there first.
"""

import asyncio
import gc
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import uvloop

asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

from autobahn.exception import Disconnected  # noqa: E402
from autobahn.websocket import protocol as websocket_protocol  # noqa: E402
from daphne import http_protocol  # noqa: E402
from daphne import server as daphne  # noqa: E402  # installs Twisted's reactor on uvloop
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol  # noqa: E402
from django.conf import settings  # noqa: E402
from twisted.internet.defer import Deferred  # noqa: E402
from twisted.internet.interfaces import IPushProducer  # noqa: E402
from twisted.internet.main import CONNECTION_DONE  # noqa: E402
from twisted.python.failure import Failure  # noqa: E402
from twisted.web import http  # noqa: E402
from zope.interface import implementer  # noqa: E402

from chatproxy.leaving import going_on  # noqa: E402
from config.policy import HEADERS  # noqa: E402

logger = logging.getLogger(__name__)

# Browsers that may wait to be accepted, for the moment after a restart when all come back.
BACKLOG = 4096
# Bytes of one request: a file of 10 MB, which LiveChat takes, and the form around it.
BODY_SIZE = 11 * 1024 * 1024
# Bytes of one websocket frame from a browser: it sends small JSON, and files by HTTP.
FRAME_SIZE = 32 * 1024
# Bytes a browser may leave unread. If there are more, some of them must go every so many seconds.
UNREAD = 256 * 1024
PATIENCE = 5.0
# Seconds: for one HTTP request, unless it is a stream; and between two pings.
REQUEST_TIMEOUT = 60
PING_INTERVAL = 20
# Seconds when we are told to stop: for `leave`, and for what runs. With SPREAD and LAST_CALL they
# are less than the 30 after which whoever told us kills us: see deploy/.
LEAVE = 16.0
GRACE = 8.0
# Seconds between two looks at who is to be pinged or has waited too long, and how many at a time.
CHECK_EVERY = 2.0
CHECKED_AT_ONCE = 10
CLEAN_EVERY = 1.0  # seconds, as Daphne has it
# Seconds a socket may wait to be accepted, when everybody comes back at once. Daphne's own 5 cut
# off half of 600 on a busy machine.
HANDSHAKE = 30
# Seconds of quiet before we go: for a request that is just coming, and an answer just leaving.
LAST_CALL = 0.5
# Times to empty the queue of the accepted before it closes: Twisted takes a few, and then more.
QUEUES = 100
# Seconds between two goodbyes to browsers, and for all of them: they come back as they left.
APART = 0.005
SPREAD = 3.0
# Objects that come before the garbage collector looks at the new ones. With Python's own 700 it
# takes a sixth of the time of a push (bench/README.md). What is left of them it looks at once more
# the next time but one, while they are few: after ten times that took 80 ms, while everybody waits.
# At everything, which takes 150 ms with 1 000 customers, it looks after 1.2 million: nothing that
# is large waits for it.
COLLECT_AFTER = 10_000, 1, 60
# RFC 6455's registry, "Service Restart": htmx connects again, each browser in its own time.
SERVICE_RESTART = 1012


# Of answers that do not end until they are cut off. Source: HTML, "Server-sent events".
STREAM = b"text/event-stream"
ABSOLUTE_FORM = re.compile(rb"https?://(?P<host>[^/?#@]+)(?P<path>.*)", re.IGNORECASE)


class Request(http_protocol.WebRequest):
    """Hangs up on whoever sends a larger body than any of ours, as soon as that shows."""

    received = 0  # bytes
    content_type: list[bytes] | None = None
    reader: "SlowReader | None" = None  # of a stream

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Keep forms and files from Twisted, which would read them here, on the event loop.

        A proxy or a load balancer may ask for a whole address, whose host then counts.
        Source: RFC 9112, 3.2.2, "absolute-form".
        """
        if absolute := ABSOLUTE_FORM.fullmatch(path):
            self.requestHeaders.setRawHeaders(b"host", [absolute["host"]])
            path = b"/" + absolute["path"].removeprefix(b"/")
        self.content_type = self.requestHeaders.getRawHeaders(b"content-type")
        self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> None:
        """Django reads them, in the thread of its view."""
        if self.content_type:
            self.requestHeaders.setRawHeaders(b"content-type", self.content_type)
        super().process()

    def gotLength(self, length: int | None) -> None:  # noqa: N802  # Twisted's names
        super().gotLength(length)
        if length is not None and length > BODY_SIZE:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        self.received += len(data)
        if self.received <= BODY_SIZE:
            super().handleContentChunk(data)
        else:
            self.refuse()

    def handle_reply(self, message: dict[str, Any]) -> None:
        """A stream goes on whether its browser reads or not, as a websocket does."""
        super().handle_reply(message)
        begins = message["type"] == "http.response.start" and not self.finished and self.channel
        if begins and self.responseHeaders.getRawHeaders(b"content-type") == [STREAM]:
            self.reader = watch(self.channel.transport)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """A page of the server itself, for what never reached Django or came to no answer."""
        for name, value in HEADERS.items():
            self.responseHeaders.setRawHeaders(name, [value])
        super().basic_error(status, status_text, body)

    def check_timeouts(self) -> None:
        """A stream lasts for as long as it likes: REQUEST_TIMEOUT is for answers that end."""
        if self.reader is None:
            super().check_timeouts()

    def handle_exception(self, exception: Exception) -> None:
        """Daphne has one page for every bug; an answer that has begun is cut off instead."""
        if self._response_started and self.channel:
            self.channel.loseConnection()
        else:
            super().handle_exception(exception)

    def finish(self) -> None:
        """Once: Daphne ends what takes too long, and again until its application has ended."""
        if self.finished or self._disconnected:
            return
        if self.reader:
            self.reader.leave_to(self.channel)  # which may be asked for something else next
        super().finish()

    def refuse(self) -> None:
        refuse(self.channel, "413 Content Too Large")


class Channel(http.HTTPChannel):
    """Twisted answers what it cannot read before there is a request, and without our headers."""

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802  # Twisted's name
        refuse(self, "400 Bad Request")


def refuse(channel: Any, status: str) -> None:
    """Answer with that alone, and hang up."""
    headers = {"Content-Length": "0", "Connection": "close", **HEADERS}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    channel.transport.write("\r\n".join([*lines, "", ""]).encode())
    channel.loseConnection()


class Factory(http_protocol.HTTPFactory):
    """Without Twisted's line for each request, which nobody sees: `request_log` writes one."""

    def protocol(self) -> Any:
        return http._GenericHTTPChannelProtocol(Channel())  # type: ignore[no-untyped-call]

    def log(self, request: object) -> None:
        pass


class Socket(WebSocketProtocol):
    """Whose refusal has our headers, too."""

    def sendHttpErrorResponse(  # noqa: N802  # Autobahn's names
        self,
        code: int,
        reason: str,
        responseHeaders: Sequence[tuple[str, str]] | None = None,  # noqa: N803
    ) -> None:
        super().sendHttpErrorResponse(code, reason, [*(responseHeaders or ()), *HEADERS.items()])


class SocketFactory(WebSocketFactory):
    protocol = Socket


def leave_unsaid(_: object) -> str:
    """Autobahn words each connection and each push for a log of its debugging that is not kept."""
    return ""


vars(websocket_protocol).update(pformat=leave_unsaid, hltype=leave_unsaid, hlval=leave_unsaid)
# The names by which Daphne finds them.
http_protocol.WebRequest = Request
daphne.HTTPFactory = Factory
daphne.WebSocketFactory = SocketFactory

Leave = Callable[[], Awaitable[None]]


def serve(application: Any, host: str, port: int, leave: Leave | None = None) -> str | None:
    """Serve until SIGTERM or SIGINT, then `leave`. Return why not, if it could not listen."""
    interface = host.strip("[]").replace(":", r"\:")
    server = Server(
        application,
        endpoints=[f"tcp:port={port}:interface={interface}:backlog={BACKLOG}"],
        http_timeout=REQUEST_TIMEOUT,
        ping_interval=PING_INTERVAL,
        websocket_timeout=-1,
        websocket_connect_timeout=HANDSHAKE,
        websocket_handshake_timeout=HANDSHAKE,
        websocket_max_message_size=FRAME_SIZE,
        websocket_max_frame_size=FRAME_SIZE,
        proxy_forwarded_address_header="X-Real-IP" if settings.BEHIND_TLS_PROXY else None,
        server_name="",
    )
    server.leave = leave
    disturb_seldom()
    server.run()
    return server.refusal


def disturb_seldom() -> None:
    """Everybody waits while the garbage collector looks: less often, and not at what stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class Server(daphne.Server):
    """Daphne that lets go of browsers which do not read, and says goodbye to the others."""

    refusal: str | None = None
    leave: Leave | None = None
    checking: asyncio.Future[None] | None = None
    ports: Sequence[Any] = ()

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.ports = [*self.ports, port]

    def listen_error(self, failure: Any) -> None:
        self.refusal = failure.getErrorMessage()
        self.stop()

    def protocol_connected(self, protocol: Any) -> None:
        super().protocol_connected(protocol)
        if isinstance(protocol, WebSocketProtocol):
            # Its result would be the protocol, and the two would wait for the garbage collector.
            protocol.is_closed.addCallback(lambda _protocol: None)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Raises OSError, as ASGI has it, when the browser has gone.

        Most replies are a push that is shown. Autobahn is handed its frame ready-made: Daphne's way
        to there, and Autobahn's own, take 15 000 instructions more, and end the connection if a
        text is longer than one that may come: a long conversation, which would never arrive.
        """
        text = message.get("text")
        if text and protocol.state == protocol.STATE_OPEN:
            protocol.sendPreparedMessage(protocol.factory.prepareMessage(text.encode()))
            return
        try:
            await super().handle_reply(protocol, message)
        except Disconnected as error:
            raise OSError("the browser has gone") from error
        if message["type"] == "websocket.accept":
            watch(protocol.transport)
            forget_opening(protocol)

    def timeout_checker(self) -> None:
        """Daphne calls this once, and pings everybody in one go: 60 ms for 1 000 browsers."""
        self.checking = asyncio.ensure_future(self.check_timeouts())

    async def check_timeouts(self) -> None:
        """Ping and time out a few at a time, so that pushes pass between them.

        Nobody waits for this task, and without it nobody is pinged until we start again: what
        fails for one is logged, and the others have their turn.
        """
        while True:
            for number, protocol in enumerate(tuple(self.connections)):
                try:
                    protocol.check_timeouts()
                except Exception:
                    logger.exception("a connection could not be pinged or ended")
                if number % CHECKED_AT_ONCE == 0:
                    await asyncio.sleep(0)
            await asyncio.sleep(CHECK_EVERY)

    def application_checker(self) -> None:
        """Daphne looks every second at what has ended, and never again once that has failed."""
        try:
            super().application_checker()
        except Exception:
            logger.exception("what has ended is not cleaned up")
            asyncio.get_running_loop().call_later(CLEAN_EVERY, self.application_checker)

    def kill_all_applications(self) -> Deferred[None]:
        """Called by Daphne when it stops; it waits for what is returned here."""
        return Deferred.fromFuture(asyncio.ensure_future(self.goodbye()))

    async def goodbye(self) -> None:
        """Take no one in, send the sockets elsewhere, let requests finish, cancel the rest."""
        for port in self.ports:
            with going_on("a port"):
                stop_listening(port)
        await self.send_sockets_elsewhere()
        if self.leave:
            with going_on("what the application does"):
                async with asyncio.timeout(LEAVE):
                    await self.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self.until_quiet()
        for application in self.running():
            application.cancel()

    async def until_quiet(self) -> None:
        """Until nothing was asked for a moment, in which the last answers leave as well."""
        await asyncio.sleep(LAST_CALL)
        while running := self.running():
            await asyncio.wait(running)
            await asyncio.sleep(LAST_CALL)

    def running(self) -> list[asyncio.Future[None]]:
        """What is being answered, and sockets that are still open."""
        instances = (each.get("application_instance") for each in self.connections.values())
        return [instance for instance in instances if instance and not instance.done()]

    async def send_sockets_elsewhere(self) -> None:
        """One after the other, so that they do not all knock at the same moment elsewhere."""
        sockets = [each for each in self.connections if isinstance(each, WebSocketProtocol)]
        for protocol in sockets:
            if protocol.state == protocol.STATE_OPEN:
                with going_on("a socket"):
                    protocol.sendCloseFrame(code=SERVICE_RESTART)
                await asyncio.sleep(min(APART, SPREAD / len(sockets)))


def stop_listening(port: Any) -> None:
    """Take in whoever the kernel has let in already: closing the port would reset them.

    And close it at once: `stopListening` does so in the loop's next round, and until then more
    would be let in.
    """
    port.stopReading()
    for _ in range(QUEUES):
        before = port.sessionno
        port.doRead()
        if port.sessionno == before:  # nobody was left
            break
    port.connectionLost(Failure(CONNECTION_DONE))  # type: ignore[no-untyped-call]


def watch(transport: Any) -> "SlowReader":
    """Give the transport of a websocket or a stream a limit to what it buffers."""
    reader = SlowReader(transport)
    transport.bufferSize = UNREAD
    transport.unregisterProducer()  # the HTTP channel
    transport.registerProducer(reader, streaming=True)
    return reader


def forget_opening(protocol: WebSocketProtocol) -> None:
    """The headers with which its browser opened it would be held, in three forms, while it is here.

    One of them is the application's list, too: it has read what it needs when it accepts.
    """
    protocol.http_request_data = b""
    protocol.http_headers.clear()
    protocol.clean_headers.clear()


@implementer(IPushProducer)
class SlowReader:
    """Cuts a connection of whose UNREAD bytes its browser reads none in PATIENCE seconds.

    To the transport this is the producer of its bytes, to be told when the buffer is full and
    when it is empty again. Until then there must be less from one look to the next: a long
    conversation takes its time on a slow line, but nobody makes us keep ever more. A close frame
    would only queue behind what is not read.
    """

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.deadline: asyncio.TimerHandle | None = None

    def pauseProducing(self) -> None:  # noqa: N802  # Twisted's names
        if self.deadline is None:
            self.look_later()

    def look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self.deadline = loop.call_later(PATIENCE, self.look, self.unread())

    def look(self, before: int) -> None:
        if self.unread() < before:
            self.look_later()
        else:
            self.transport.abortConnection()

    def unread(self) -> int:
        """How many bytes wait, as Twisted keeps them."""
        kept = self.transport
        waiting: int = len(kept.dataBuffer) - kept.offset + kept._tempDataLen
        return waiting

    def resumeProducing(self) -> None:  # noqa: N802
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def stopProducing(self) -> None:  # noqa: N802
        self.resumeProducing()

    def leave_to(self, channel: Any) -> None:
        """The stream is over: the bytes are those of the HTTP channel again."""
        self.resumeProducing()
        del self.transport.bufferSize
        self.transport.unregisterProducer()
        self.transport.registerProducer(channel, streaming=True)
