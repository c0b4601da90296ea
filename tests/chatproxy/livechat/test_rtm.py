"""One RTM connection: log in, act, hear pushes, stay alive, end with a reason."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from chatproxy.acting import ActingCustomer
from chatproxy.conversation import message, say
from chatproxy.livechat import rtm
from chatproxy.livechat.errors import (
    ChatInactive,
    CustomerBanned,
    Invalid,
    NotConnected,
    PendingRequestsLimitReached,
    TokenRejected,
    Unreachable,
    UsersLimitReached,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import EventDeleted, IncomingChat, IncomingEvent, Push, Typing
from chatproxy.livechat.rtm import Connection, Disconnected, Visit, login_payload
from chatproxy.livechat.service import VersionEnd
from chatproxy.livechat.structures import Event
from chatproxy.models import Customer
from chatproxy.service import ConfiguredService
from chatproxy.versions import version_end
from tests.chatproxy.streams import MORE_THAN_FITS, end_of
from tests.sandbox_rig import Agent, Sandbox, free_port
from tests.waiting import PATIENCE, eventually

NOWHERE = Visit()
NO_FAULTS: dict[str, list[object]] = {"faults": []}


class Listener:
    """Takes the pushes of a connection as they come."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.heard: list[Push] = []
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for push in self.connection.pushes():
            self.heard.append(push)
            self._news.set()

    async def next(self, kind: type[Push]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (found := [push for push in self.heard if isinstance(push, kind)]):
                self._news.clear()
                await self._news.wait()
        return found[0]

    async def end(self) -> Disconnected:
        """How the connection ended."""
        async with asyncio.timeout(PATIENCE):
            try:
                await self._task
            except Disconnected as reason:
                return reason
        raise AssertionError("it did not say why")


@pytest_asyncio.fixture
async def log_in(customer: Customer, organization: Organization) -> AsyncIterator[Any]:
    opened: list[Listener] = []

    async def open_connection(visit: Visit = NOWHERE, token: str = "") -> Listener:
        connection = await Connection.log_in(
            organization,
            "dal",
            token or customer.access_token,
            login_payload(organization, visit, {}),
            visit.user_agent,
        )
        listener = Listener(connection)
        opened.append(listener)
        return listener

    yield open_connection
    for listener in opened:
        await listener.connection.close()
        await listener.end()


async def test_who_logs_in_is_the_customer_of_the_token(log_in: Any, customer: Customer) -> None:
    listener = await log_in()
    answer = await listener.connection.act("get_customer", {})
    assert answer["id"] == customer.entity_id


async def test_agents_see_the_page_and_the_browser(
    log_in: Any, customer: Customer, agent: Agent
) -> None:
    visit = Visit(
        url="https://shop.example/cart",
        title="Your cart",
        referrer="https://search.example/",
        user_agent="Mozilla/5.0 (test)",
    )
    await log_in(visit)
    seen = await asyncio.to_thread(agent.call, "get_customer", id=customer.entity_id)
    assert seen["visit"]["last_pages"][-1]["url"] == "https://shop.example/cart"
    assert seen["visit"]["referrer"] == "https://search.example/"
    assert seen["visit"]["user_agent"] == "Mozilla/5.0 (test)"


async def test_an_action_is_answered(log_in: Any, chat_id: str) -> None:
    listener = await log_in()
    answer = await listener.connection.act("list_chats", {})
    assert answer["chats_summary"][0]["id"] == chat_id


async def test_a_refused_action_raises_its_error(log_in: Any) -> None:
    listener = await log_in()
    with pytest.raises(Invalid):
        await listener.connection.act("hologram", {})


async def test_pushes_come_in_their_order(log_in: Any, chat_id: str, agent: Agent) -> None:
    listener = await log_in()
    for text in ("one", "two", "three"):
        await asyncio.to_thread(agent.send, chat_id, text)
    await asyncio.to_thread(agent.type, chat_id)
    await listener.next(Typing)
    events = [push.event for push in listener.heard if isinstance(push, IncomingEvent)]
    assert [getattr(event, "text", "") for event in events] == ["one", "two", "three"]


async def test_a_chat_begun_over_the_web_is_heard_here(log_in: Any, api: ActingCustomer) -> None:
    listener = await log_in()
    await asyncio.to_thread(say, api, message("Hello", "m-1"))
    push = await listener.next(IncomingChat)
    assert push.chat.thread.events[0].custom_id == "m-1"


async def test_many_actions_at_once_each_get_their_own_answer(log_in: Any, chat_id: str) -> None:
    listener = await log_in()
    connection = listener.connection
    answers = await asyncio.gather(
        *(connection.act("list_threads", {"chat_id": chat_id}) for _ in range(4)),
        *(connection.act("list_chats", {}) for _ in range(4)),
    )
    assert ["threads" in answer for answer in answers] == [True] * 4 + [False] * 4


async def test_more_actions_than_livechat_allows_are_not_even_sent(
    log_in: Any, sandbox: Sandbox
) -> None:
    listener = await log_in()
    sandbox.fault("latency", transport="rtm", seconds=0.5)
    asked = [asyncio.create_task(listener.connection.act("list_chats", {})) for _ in range(9)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(result) for result in results].count(PendingRequestsLimitReached) == 1


async def test_a_refused_token_is_told(log_in: Any) -> None:
    with pytest.raises(TokenRejected):
        await log_in(token="dal:made-up")


async def test_an_organization_without_room_is_told(log_in: Any, sandbox: Sandbox) -> None:
    sandbox.settings(customers_online=0)
    with pytest.raises(UsersLimitReached):
        await log_in()


async def test_a_banned_customer_does_not_get_in(
    log_in: Any, customer: Customer, agent: Agent
) -> None:
    await asyncio.to_thread(agent.ban, customer.entity_id)
    with pytest.raises(CustomerBanned):
        await log_in()


async def test_where_nobody_listens_there_is_no_connection(log_in: Any, settings: Any) -> None:
    settings.LIVECHAT_API_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotConnected):
        await log_in()


async def test_a_service_that_is_down_refuses_the_handshake(log_in: Any, sandbox: Sandbox) -> None:
    sandbox.fault("down")
    with pytest.raises((NotConnected, Disconnected)):
        await log_in()


async def test_the_handshake_tells_when_the_version_ends(
    customer: Customer, organization: Organization
) -> None:
    legacy = dataclasses.replace(organization, version="3.5")
    assert version_end("3.5") is None
    payload = login_payload(legacy, NOWHERE, {})
    connection = await Connection.log_in(legacy, "dal", customer.access_token, payload, "")
    await connection.close()
    end = version_end("3.5")
    assert end
    assert end.stage == "Legacy"


class Hearer(ConfiguredService):
    """Keeps whether an event loop waited for it when it was told of the end of a version."""

    def __init__(self) -> None:
        super().__init__()
        self.held_up_a_loop: list[bool] = []

    def on_version_end(self, end: VersionEnd) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self.held_up_a_loop.append(False)
        else:
            self.held_up_a_loop.append(True)


async def test_no_event_loop_waits_until_the_end_of_a_version_is_kept(
    customer: Customer, organization: Organization
) -> None:
    hearer = Hearer()
    legacy = dataclasses.replace(organization, version="3.5", service=hearer)
    payload = login_payload(legacy, NOWHERE, {})
    connection = await Connection.log_in(legacy, "dal", customer.access_token, payload, "")
    await connection.close()
    assert hearer.held_up_a_loop == [False]


@asynccontextmanager
async def speaking(
    talk: Callable[[ServerConnection], Awaitable[None]], settings: Any, **options: Any
) -> AsyncIterator[None]:
    """LiveChat is a server that does this with each connection."""
    async with serve(talk, "127.0.0.1", 0, **options) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        settings.LIVECHAT_API_URL = f"http://127.0.0.1:{port}"
        yield


class Failing(ConfiguredService):
    def on_version_end(self, end: VersionEnd) -> None:
        raise ZeroDivisionError


async def test_a_connection_is_closed_if_the_end_of_its_version_cannot_be_kept(
    organization: Organization, settings: Any
) -> None:
    is_closed = asyncio.Event()

    def add_end(_socket: ServerConnection, _request: Request, response: Response) -> None:
        response.headers["Legacy"] = "2027-05-31"

    async def wait_for_end(socket: ServerConnection) -> None:
        await socket.wait_closed()
        is_closed.set()

    async with speaking(wait_for_end, settings, process_response=add_end):
        failing = dataclasses.replace(organization, service=Failing())
        with pytest.raises(ZeroDivisionError):
            await Connection.log_in(failing, "dal", "dal:token", {}, "")
        async with asyncio.timeout(PATIENCE):
            await is_closed.wait()


async def answer_login(socket: ServerConnection) -> None:
    asked = json.loads(await socket.recv())
    names = {name: asked[name] for name in ("request_id", "action")}
    await socket.send(json.dumps({**names, "type": "response", "success": True, "payload": {}}))


async def answer_with_an_error_that_is_a_success(socket: ServerConnection) -> None:
    """A LiveChat whose methods say with an `error` object alone that they have failed."""
    async for frame in socket:
        asked = json.loads(frame)
        error = {"type": "chat_inactive", "message": "Chat is inactive"}
        payload = {} if asked["action"] == "login" else {"error": error}
        answer = {"type": "response", "success": True, "payload": payload}
        names = {name: asked[name] for name in ("request_id", "action")}
        await socket.send(json.dumps(names | answer))


async def test_an_error_object_counts_in_an_answer_that_claims_success(
    organization: Organization, settings: Any
) -> None:
    async with speaking(answer_with_an_error_that_is_a_success, settings):
        connection = await Connection.log_in(organization, "dal", "dal:token", {}, "")
        listener = Listener(connection)
        with pytest.raises(ChatInactive):
            await connection.act("deactivate_chat", {"id": "CHAT"})
        await connection.close()
        await listener.end()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_refused_handshake_says_how_long_to_wait(
    organization: Organization, settings: Any, status: int
) -> None:
    def refuse(socket: ServerConnection, _: Request) -> Response:
        answer = socket.respond(HTTPStatus(status), "not now")
        for _time in range(2):  # a proxy of theirs may add its own
            answer.headers["Retry-After"] = "7"
        return answer

    async with speaking(answer_with_an_error_that_is_a_success, settings, process_request=refuse):
        with pytest.raises(NotConnected) as caught:
            await Connection.log_in(organization, "dal", "dal:token", {}, "")
    assert caught.value.retry_after == 7


async def test_a_wrong_region_is_told_before_the_login(log_in: Any, sandbox: Sandbox) -> None:
    sandbox.settings(region="fra")
    with pytest.raises(Disconnected) as caught:
        await log_in()
    assert caught.value.reason == "misdirected_connection"
    assert caught.value.data["region"] == "fra"


@pytest.mark.parametrize(
    "reason",
    [
        "access_token_expired",
        "access_token_revoked",
        "connection_evicted",
        "connection_timeout",
        "customer_banned",
        "customer_temporarily_blocked",
        "inactivity_timeout",
        "internal_error",
        "license_expired",
        "license_not_found",
        "logged_out_remotely",
        "product_version_changed",
        "service_temporarily_unavailable",
        "too_many_connections",
        "too_many_unauthorized_connections",
        "unsupported_version",
    ],
)
async def test_a_disconnect_is_told_with_its_reason(
    log_in: Any, sandbox: Sandbox, reason: str
) -> None:
    listener = await log_in()
    sandbox.fault("disconnect", reason=reason, data={"timeout": 7})
    end = await listener.end()
    assert (end.reason, end.data) == (reason, {"timeout": 7})


async def test_a_connection_that_just_breaks_is_lost(log_in: Any, sandbox: Sandbox) -> None:
    listener = await log_in()
    sandbox.fault("drop")
    assert (await listener.end()).reason == rtm.LOST


async def test_what_was_asked_when_the_connection_broke_is_of_unknown_outcome(
    log_in: Any, sandbox: Sandbox
) -> None:
    listener = await log_in()
    sandbox.fault("latency", transport="rtm", seconds=60, count=1)
    asked = asyncio.create_task(listener.connection.act("list_chats", {}))
    async with asyncio.timeout(PATIENCE):
        while await asyncio.to_thread(sandbox.control, "faults", method="GET") != NO_FAULTS:
            pass
    sandbox.fault("drop")
    with pytest.raises(Unreachable):
        await asked


async def test_asking_over_a_closed_connection_fails_at_once(log_in: Any) -> None:
    listener = await log_in()
    await listener.connection.close()
    with pytest.raises(Unreachable):
        await listener.connection.act("list_chats", {})


async def test_an_action_without_an_answer_is_given_up(
    log_in: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = await log_in()
    monkeypatch.setattr(rtm, "ANSWER_TIMEOUT", 0.2)
    sandbox.fault("latency", transport="rtm", seconds=60)
    with pytest.raises(Unreachable):
        await listener.connection.act("list_chats", {})


async def test_pings_keep_a_quiet_connection_alive(
    log_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pong counts as a sign of life."""
    monkeypatch.setattr(rtm, "PING_EVERY", 0.1)
    connection = (await log_in()).connection
    last_heard_at = connection._heard_at
    await eventually(lambda: connection._heard_at != last_heard_at)


async def test_a_connection_that_fell_silent_is_abandoned(
    log_in: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtm, "PING_EVERY", 0.1)
    listener = await log_in()
    sandbox.fault("silent")
    monkeypatch.setattr(rtm, "SILENT_TOO_LONG", 0.3)
    assert (await listener.end()).reason == rtm.LOST


async def test_the_headers_that_opened_a_connection_are_not_kept(log_in: Any) -> None:
    socket = (await log_in()).connection._socket
    assert not socket.request.headers
    assert not socket.response.headers


@pytest.mark.parametrize("kind", ["malformed", "truncated"])
async def test_a_frame_that_cannot_be_read_is_nothing(
    log_in: Any, sandbox: Sandbox, chat_id: str, agent: Agent, kind: str, monkeypatch: Any
) -> None:
    listener = await log_in()
    monkeypatch.setattr(rtm, "ANSWER_TIMEOUT", 0.3)
    sandbox.fault(kind, transport="rtm", count=1)
    with pytest.raises(Unreachable):
        await listener.connection.act("list_chats", {})
    await asyncio.to_thread(agent.send, chat_id, "still here")
    assert (await listener.next(IncomingEvent)).event.text == "still here"


FRAMES = {
    "half a character": r'"\ud83d"',
    "half a character, unescaped": b'"\xed\xa0\xbd"',
    "no number": "NaN",
    "infinity": "-Infinity",
    "more than a float": "1e400",
    "more than an integer of C": "9" * 4000,
    "lists in lists": "[" * 500 + "]" * 500,
}


@pytest.mark.parametrize("value", FRAMES.values(), ids=FRAMES)
async def test_a_strange_value_loses_no_push(
    value: str | bytes, organization: Organization, settings: Any
) -> None:
    value = value if isinstance(value, bytes) else value.encode()
    push = b'{"type": "push", "action": "incoming_event", "payload": {"event": {"properties": %s}}}'

    async def tell(socket: ServerConnection) -> None:
        await answer_login(socket)
        await socket.send(push % value, text=True)
        await socket.wait_closed()

    async with speaking(tell, settings):
        connection = await Connection.log_in(organization, "dal", "dal:token", {}, "")
        listener = Listener(connection)
        assert (await listener.next(IncomingEvent)).event == Event()
        await connection.close()
        await listener.end()


async def test_lists_in_lists_without_end_are_nothing(
    organization: Organization, settings: Any
) -> None:
    async def tell(socket: ServerConnection) -> None:
        await answer_login(socket)
        await socket.send("[" * 100_000)
        await socket.send('{"type": "push", "action": "event_deleted", "payload": {"event_id": 1}}')
        await socket.wait_closed()

    async with speaking(tell, settings):
        connection = await Connection.log_in(organization, "dal", "dal:token", {}, "")
        listener = Listener(connection)
        assert (await listener.next(EventDeleted)).event_id == "1"
        await connection.close()
        await listener.end()


@pytest.mark.night  # by day a request over the Web: test_customer_api.py
async def test_what_a_connection_did_not_deliver_when_it_was_abandoned_never_arrives(
    organization: Organization, settings: Any
) -> None:
    """Though it waits in the system's memory, as it would in a network that is cut."""
    is_abandoned = asyncio.Event()
    ends: list[str] = []

    async def read_nothing(server: ServerConnection) -> None:
        asked = json.loads(await server.recv())
        names = {name: asked[name] for name in ("request_id", "action")}
        answer = {"type": "response", "success": True, "payload": {}}
        await server.send(json.dumps(names | answer))
        server.transport.pause_reading()
        await is_abandoned.wait()
        descriptor = os.dup(server.transport.get_extra_info("socket").fileno())
        with socket.socket(fileno=descriptor) as stream:
            ends.append(await asyncio.to_thread(end_of, stream))

    async with speaking(read_nothing, settings):
        connection = await Connection.log_in(organization, "dal", "dal:token", {}, "")
        saying = asyncio.create_task(connection.act("send_event", {"text": "x" * MORE_THAN_FITS}))
        transport = connection._socket.transport
        await eventually(transport.get_write_buffer_size)  # the system is full
        connection.abandon()
        is_abandoned.set()
        with pytest.raises(Unreachable):
            await saying
        await connection.close()
    assert ends == ["given up"]


async def test_closing_twice_is_no_error(log_in: Any) -> None:
    listener = await log_in()
    await listener.connection.close()
    await listener.connection.close()


async def test_frames_are_not_logged(
    log_in: Any, customer: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    listener = await log_in()
    await listener.connection.act("list_chats", {})
    assert customer.access_token not in caplog.text
