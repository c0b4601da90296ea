"""What LiveChat says over TLS arrives, in as much memory as it needs, whatever the event loop."""

from __future__ import annotations

import asyncio
import gc
import json
import ssl
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from websockets.asyncio.server import ServerConnection, serve

from bench.processes import certificate_in
from chatproxy.livechat import rtm
from chatproxy.livechat.errors import NotConnected
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import IncomingEvent, Push
from chatproxy.livechat.rtm import Connection, Disconnected
from chatproxy.livechat.small_reads import PART, UNKNOWN, SmallParts, SmallReads
from chatproxy.livechat.structures import Message

Run = Callable[[Coroutine[Any, Any, Any]], Any]
on_each_loop = pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
# Of one and of many records of TLS, with what follows in the same packet.
TEXTS = ["short", "x" * 20_000, "ü" * 400_000, "y" * 16_384, "", "the end"]


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    certificate, _key = certificate_in(tmp_path)
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(rtm, "_tls", lambda: context)
    return certificate


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def said(text: str) -> str:
    event = {"id": "T_1", "type": "message", "text": text}
    payload = {"chat_id": "C", "thread_id": "T", "event": event}
    return json.dumps({"type": "push", "action": "incoming_event", "payload": payload})


async def talk(socket: ServerConnection) -> None:
    """Answer the login, say all the texts, and go."""
    asked = json.loads(await socket.recv())
    names = {name: asked[name] for name in ("request_id", "action")}
    await socket.send(json.dumps({**names, "type": "response", "success": True, "payload": {}}))
    for text in TEXTS:
        await socket.send(said(text))


@asynccontextmanager
async def connected(
    certificate: Path, organization: Organization, settings: Any
) -> AsyncIterator[Connection]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    async with serve(talk, "127.0.0.1", 0, ssl=context) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        settings.LIVECHAT_API_URL = f"https://localhost:{port}"
        yield await Connection.log_in(organization, "dal", "dal:token", {}, "")


def text_of(push: Push) -> str | None:
    match push:
        case IncomingEvent(event=Message(text=text)):
            return text
    return None


async def hear_all(
    certificate: Path, organization: Organization, settings: Any
) -> list[str | None]:
    heard = []
    async with connected(certificate, organization, settings) as connection:
        with suppress(Disconnected):
            async for push in connection.pushes():
                heard.append(text_of(push))
    return heard


async def opened(
    certificate: Path, organization: Organization, settings: Any
) -> tuple[asyncio.BaseProtocol, Any]:
    """What reads for a connection, and the certificate of its LiveChat, if it is kept."""
    async with connected(certificate, organization, settings) as connection:
        transport = connection._socket.transport
        return transport.get_protocol(), transport.get_extra_info("peercert")


@on_each_loop
def test_all_that_is_said_arrives_in_its_order(
    run: Run, certificate: Path, organization: Organization, settings: Any
) -> None:
    assert run(hear_all(certificate, organization, settings)) == TEXTS


@on_each_loop
def test_what_was_decrypted_is_read_into_as_much_memory_as_it_needs(
    run: Run, certificate: Path, organization: Organization, settings: Any
) -> None:
    reader, _ = run(opened(certificate, organization, settings))
    assert isinstance(reader, SmallReads)


@pytest.mark.parametrize("known", [-1, 0, 300])
def test_what_is_short_takes_little_memory(known: int) -> None:
    assert len(SmallReads(asyncio.Protocol()).get_buffer(known)) <= UNKNOWN


@on_each_loop
def test_however_long_a_chat_is_it_is_read_in_small_parts(
    run: Run,
    certificate: Path,
    organization: Organization,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts: list[int] = []
    read = SmallParts.buffer_updated

    def note(part: SmallParts, nbytes: int) -> None:
        parts.append(nbytes)
        read(part, nbytes)

    monkeypatch.setattr(SmallParts, "buffer_updated", note)
    run(hear_all(certificate, organization, settings))
    assert max(parts) <= PART
    assert sum(parts) > sum(map(len, TEXTS))  # also the certificate, and what TLS adds


@on_each_loop
@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["nothing", "http"]
)
def test_where_no_tls_is_spoken_there_is_no_connection_and_no_noise(
    run: Run, says: bytes, organization: Organization, settings: Any, caplog: Any
) -> None:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        writer.close()

    async def connect() -> None:
        async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            settings.LIVECHAT_API_URL = f"https://localhost:{port}"
            with pytest.raises(NotConnected):
                await Connection.log_in(organization, "dal", "dal:token", {}, "")

    run(connect())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@on_each_loop
def test_the_certificate_is_not_kept(
    run: Run, certificate: Path, organization: Organization, settings: Any
) -> None:
    _, certificate_kept = run(opened(certificate, organization, settings))
    assert certificate_kept == {}


@pytest.mark.usefixtures("without_collector")
@on_each_loop
def test_a_connection_that_is_over_waits_for_no_collector(
    run: Run, certificate: Path, organization: Organization, settings: Any
) -> None:
    async def leave() -> None:
        async with connected(certificate, organization, settings) as connection:
            left = weakref.ref(connection._socket)
            await connection.close()
            del connection
            async with asyncio.timeout(30):
                while left():  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.02)

    run(leave())
