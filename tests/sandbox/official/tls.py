"""TLS in front of the sandbox: official clients write https:// and wss:// themselves."""

import asyncio
import datetime
import queue
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = ["localhost", "api.livechatinc.com", "api-fra.livechatinc.com", "accounts.livechatinc.com"]
CHUNK = 65_536  # bytes


@dataclass(frozen=True)
class TlsFront:
    """A port that speaks TLS, and the certificate to trust it by."""

    port: int
    certificate: Path


@contextmanager
def tls_front(backend_port: int, folder: Path) -> Iterator[TlsFront]:
    """Pass the bytes of every TLS connection on to `backend_port` of this machine, while inside."""
    certificate = self_signed_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()
    ports: queue.Queue[int] = queue.Queue()
    stopping = asyncio.Event()

    async def run() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError):
                await join(reader, writer, backend_port)

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        ports.put(server.sockets[0].getsockname()[1])
        await stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def work() -> None:
        loop.run_until_complete(run())
        loop.close()

    thread = threading.Thread(target=work, name="tls front")
    thread.start()
    try:
        yield TlsFront(ports.get(timeout=10), certificate)
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)


async def join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend_port: int
) -> None:
    """Copy both ways until either side ends."""
    back_reader, back_writer = await asyncio.open_connection("127.0.0.1", backend_port)
    try:
        copies = [
            asyncio.create_task(copy(reader, back_writer)),
            asyncio.create_task(copy(back_reader, writer)),
        ]
        _, unfinished = await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
        for task in unfinished:
            task.cancel()
    finally:
        writer.close()
        back_writer.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return


def self_signed_certificate(folder: Path) -> Path:
    """Write a key and its certificate for `NAMES`, good for a day, into one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox under test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in NAMES]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "sandbox.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
