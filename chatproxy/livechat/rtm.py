"""One RTM connection of one customer: log in, act, hear pushes, close with a reason.

Source: Customer Chat API v3.6, "RTM transport".
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from traceback import clear_frames
from typing import Any

import msgspec
from requests.structures import CaseInsensitiveDict
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)
from websockets.http11 import Response
from websockets.typing import Origin

from chatproxy.livechat.answers import notice_end, says_end, with_wait
from chatproxy.livechat.errors import (
    BY_TYPE,
    LiveChatError,
    NotConnected,
    PendingRequestsLimitReached,
    Unreachable,
    error_from,
)
from chatproxy.livechat.http import LETS_GO
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import (
    NOTHING_SAID,
    CustomerDisconnected,
    Push,
    message_in,
    parse_push,
)
from chatproxy.livechat.service import Ear
from chatproxy.livechat.small_reads import open_tls
from chatproxy.livechat.structures import Json, LoginAnswer

logger = logging.getLogger(__name__)
frames_logger = logging.getLogger(f"{__name__}.frames")
frames_logger.setLevel(logging.INFO)  # at DEBUG it would write down tokens and conversations

OPEN_TIMEOUT = 10.0  # seconds for the handshake
ANSWER_TIMEOUT = 16.0  # seconds for one action: LiveChat gives up after 15
PING_EVERY = 15.0  # seconds
SILENT_TOO_LONG = 2 * PING_EVERY  # seconds without a frame or a pong: the connection is dead
FRAME_LIMIT = 16 * 1024 * 1024  # bytes: a list of long threads is one frame
PENDING_LIMIT = 8  # requests; LiveChat refuses the eleventh


@dataclass(frozen=True, slots=True)
class Visit:
    """Where the customer is and with what; LiveChat shows it to the agents."""

    url: str = ""
    title: str = ""
    referrer: str = ""
    user_agent: str = ""
    is_mobile: bool = False

    def login_fields(self) -> Json:
        page = {"customer_page": {"url": self.url, "title": self.title}} if self.url else {}
        referrer = {"referrer": self.referrer} if self.referrer else {}
        return {"is_mobile": self.is_mobile, **page, **referrer}


class Disconnected(Exception):
    """The connection is over: LiveChat's reason, or "connection_lost" when it just broke."""

    def __init__(self, reason: str, data: Json | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.data = data or {}

    @property
    def error(self) -> LiveChatError | None:
        """What a login would be refused with for the same reason, such as a ban, if there is."""
        kind = BY_TYPE.get(self.reason)
        return kind(data=self.data) if kind else None


LOST = "connection_lost"


class Connection:
    """An RTM connection that is logged in. Iterate over `pushes()` to keep it alive."""

    def __init__(self, socket: ClientConnection, ear: Ear | None = None) -> None:
        self.login = LoginAnswer()
        self._ear = ear
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._pending: dict[str, asyncio.Future[Json]] = {}
        self._said = NOTHING_SAID
        self._requests = 0
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(PING_EVERY, self._keep_alive)
        self._pinging: asyncio.Future[None] = self._loop.create_future()
        self._pinging.set_result(None)

    @classmethod
    async def log_in(
        cls, organization: Organization, region: str, token: str, payload: Json, user_agent: str
    ) -> Connection:
        """Open and log in with this `payload` of the login action.

        Raises Disconnected or a LiveChatError (TokenRejected, UsersLimitReached, ...).
        """
        socket = await _open(organization, region, user_agent)
        connection = cls(socket, organization.service.ear)
        try:
            await _notice_end(socket, organization)
            _forget_opening(socket)
            answer = await connection._first_answer(
                "login", {"token": f"Bearer {token}", **payload}
            )
            connection.login = LoginAnswer.parse(answer)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def act(self, action: str, payload: Json) -> Json:
        """The answer to one action. Raises LiveChatError; Unreachable if the outcome is unknown."""
        if len(self._pending) >= PENDING_LIMIT:
            raise PendingRequestsLimitReached(action)
        with self._request(action, payload) as (frame, answer):
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    await self._socket.send(frame)
                    return await answer
            except ConnectionClosed as error:
                raise Unreachable("the connection closed") from error
            except TimeoutError as error:
                raise Unreachable(f"no answer to {action}") from error

    async def pushes(self) -> AsyncIterator[Push]:
        """What LiveChat tells, in its order, until the connection ends with Disconnected."""
        try:
            while True:
                push = self._take(await self._socket.recv(decode=False))
                if isinstance(push, CustomerDisconnected):
                    raise Disconnected(push.reason, push.data)
                if push is not None:
                    yield push
        except ConnectionClosed as error:
            raise Disconnected(LOST) from error
        finally:
            self._give_up()

    async def hear_out(self) -> None:
        """Return when whatever LiveChat has said until now has been taken. Raises Disconnected."""
        try:
            await (await self._socket.ping())
        except ConnectionClosed as error:
            raise Disconnected(LOST) from error

    def abandon(self) -> None:
        """Without a goodbye, and without what was not sent yet."""
        self._socket.transport.abort()

    async def close(self) -> None:
        self._give_up()
        with suppress(WebSocketException, OSError):
            await self._socket.close()
            _let_go(self._socket)

    @contextmanager
    def _request(self, action: str, payload: Json) -> Iterator[tuple[str, asyncio.Future[Json]]]:
        """A frame to send, and what will be its answer while this block lasts."""
        self._requests += 1
        request_id = str(self._requests)
        answer = self._pending[request_id] = self._loop.create_future()
        try:
            frame = {"request_id": request_id, "action": action, "payload": payload}
            if self._ear:
                self._ear.hear_request(frame)
            yield json.dumps(frame), answer
        finally:
            self._pending.pop(request_id, None)

    async def _first_answer(self, action: str, payload: Json) -> Json:
        """The answer while nobody iterates over the pushes yet."""
        with self._request(action, payload) as (frame, answer):
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT):
                    with suppress(ConnectionClosed):  # LiveChat may have said why, read on
                        await self._socket.send(frame)
                    while not answer.done():
                        push = self._take(await self._socket.recv(decode=False))
                        if isinstance(push, CustomerDisconnected):
                            raise Disconnected(push.reason, push.data)
                    return answer.result()
            except ConnectionClosed as error:
                raise Disconnected(LOST) from error
            except TimeoutError as error:
                raise Unreachable(f"no answer to {action}") from error

    def _take(self, frame: bytes) -> Push | None:
        """Settle a response; return a push. What cannot be read is nothing."""
        self._heard_at = self._loop.time()
        try:
            if self._ear is None and (said := message_in(frame, self._said)):  # mostly
                self._said = said
                return said
            message = _read(frame)
            kind, action, payload = message["type"], str(message["action"]), message.get("payload")
        except (KeyError, TypeError, ValueError, RecursionError):
            logger.debug("LiveChat sent a frame that cannot be read")
            return None
        if self._ear:
            self._ear.hear_frame(message)
        if kind == "push":
            push = parse_push(action, payload) if isinstance(payload, dict) else None
            if push is None:
                logger.debug("push %s is not for us", action)
            return push
        self._settle(message)
        return None

    def _settle(self, message: Json) -> None:
        answer = self._pending.pop(str(message.get("request_id")), None)
        if answer is None or answer.done():
            return
        payload = message.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        if message.get("success") is True and not isinstance(payload.get("error"), dict):
            answer.set_result(payload)
        else:
            answer.set_exception(error_from(payload))

    def _keep_alive(self) -> None:
        """Ping in time; abandon a connection that has fallen silent."""
        if self._loop.time() - self._heard_at > SILENT_TOO_LONG:
            self.abandon()
            return
        self._timer = self._loop.call_later(PING_EVERY, self._keep_alive)
        if self._pinging.done():
            self._pinging = self._loop.create_task(self._ping())

    async def _ping(self) -> None:
        """A control frame: LiveChat's `ping` action would be a request, and paid for."""
        with suppress(ConnectionClosed):
            pong = await self._socket.ping()
            asyncio.ensure_future(pong).add_done_callback(self._hear_pong)

    def _hear_pong(self, pong: asyncio.Future[float]) -> None:
        """Also called when the connection is lost: then there is nothing to hear."""
        if not pong.cancelled() and pong.exception() is None:
            self._heard_at = self._loop.time()

    def _give_up(self) -> None:
        """Whatever is unanswered now will never be answered here."""
        self._timer.cancel()
        self._pinging.cancel()
        pending, self._pending = self._pending, {}
        for answer in pending.values():
            if not answer.done():
                answer.set_exception(Unreachable("the connection closed"))


def _read(frame: bytes) -> Any:
    """Its JSON: `msgspec` takes a third of the time, `json` takes half of a surrogate pair and NaN.

    A text frame is UTF-8 (RFC 6455, 5.6): of bytes, `json` would have to guess what they are.
    Raises ValueError or RecursionError.
    """
    try:
        return msgspec.json.decode(frame)
    except ValueError:
        return json.loads(frame.decode("utf-8", "surrogatepass"))


class Opening(connect):
    """As it is in `websockets`, but that it reads over TLS as `open_tls` does."""

    async def open_tcp_connection(self) -> ClientConnection:
        context = self.create_connection_kwargs["ssl"]
        if context is None:
            return await super().open_tcp_connection()
        connection = self.factory(self.ws_uri)
        transport = await open_tls(connection, self.ws_uri.host, self.ws_uri.port, context)
        connection.connection_made(transport)
        return connection


async def _open(organization: Organization, region: str, user_agent: str) -> ClientConnection:
    url = organization.api_url(region).replace("http", "ws", 1) + "/rtm/ws"
    with _name_failures():
        socket = await Opening(
            f"{url}?organization_id={organization.organization_id}",
            ssl=_tls() if url.startswith("wss:") else None,
            compression=None,  # 33 KiB a connection, for frames of a few hundred bytes
            additional_headers={"X-Region": region},
            origin=Origin(organization.page_origin) if organization.page_origin else None,
            user_agent_header=user_agent or None,
            logger=frames_logger,
            open_timeout=OPEN_TIMEOUT,
            ping_interval=None,  # its task for each connection costs memory, see _keep_alive
            close_timeout=2,
            max_size=FRAME_LIMIT,
            proxy=None,
        )
        socket.transport.get_extra_info("socket").setsockopt(*LETS_GO)
    return socket


async def _notice_end(socket: ClientConnection, organization: Organization) -> None:
    """In a thread, as the service may ask a cache or a database; most answers say nothing of it."""
    if socket.response and says_end(headers := _headers_of(socket.response)):
        await asyncio.to_thread(notice_end, headers, organization)


@contextmanager
def _name_failures() -> Iterator[None]:
    try:
        yield
    except InvalidStatus as error:
        refusal = NotConnected(f"LiveChat refused the websocket: HTTP {error.response.status_code}")
        raise with_wait(refusal, _headers_of(error.response)) from error
    except InvalidHandshake as error:
        raise NotConnected("LiveChat refused the websocket") from error
    except (OSError, TimeoutError, WebSocketException) as error:
        raise NotConnected("no websocket to LiveChat") from error


def _forget_opening(socket: ClientConnection) -> None:
    """Headers and certificate have been looked at, and would be held while the customer is here."""
    for said in (socket.request, socket.response):
        if said:
            said.headers.clear()
    (socket.transport.get_extra_info("peercert") or {}).clear()


def _let_go(socket: ClientConnection) -> None:
    """Once it is closed. Its protocol and a generator of it hold each other, as do the frames of
    what ended it: each would wait for the garbage collector, which looks at everything but seldom.
    """
    socket.protocol.parser.close()
    if error := socket.protocol.parser_exc:
        clear_frames(error.__traceback__)


def _headers_of(response: Response) -> CaseInsensitiveDict[str]:
    """Of one that is there twice, the last: websockets' own refuse to say."""
    return CaseInsensitiveDict(response.headers.raw_items())


@cache
def _tls() -> ssl.SSLContext:
    """One for all connections: each of its own would cost a megabyte."""
    return ssl.create_default_context()


def login_payload(
    organization: Organization, visit: Visit, side_storage: dict[str, str]
) -> dict[str, Any]:
    """What the login says besides the token."""
    return {
        "customer": {},
        "customer_side_storage": side_storage,
        "group_id": organization.group_id,
        "application": {"name": "livechat-web-widget", "channel_type": "code"},
        **visit.login_fields(),
    }
