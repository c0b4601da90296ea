"""Starts what a benchmark measures as processes of their own, and reads what they use."""

import datetime as dt
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.sandbox_rig import free_port as free_port

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
KEY = "bench"
STARTS, WATCHED = 30, 1200  # seconds a process may take to listen; under valgrind
# As deploy/chat.env has it.
ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}

# In one process, and without the files of the admin, which nobody opens here: to compress them
# takes longer than all the rest.
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])
"""
SEED = """
import datetime as dt, json, os, sys
from django.utils import timezone
from chatproxy.models import BearerToken, Customer, hash_of
from widget.models import Widget
organization = "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
Widget.objects.create(
    key="bench", name="Bench", organization_id=organization,
    client_id="4b9d1c7a0e2f48d6a35c9b1e7d20f861",
    redirect_uri=os.environ.get("REDIRECT_URI", "http://127.0.0.1/"),
    allowed_origins=os.environ.get("ORIGINS", "").split(),
)
tokens = json.load(sys.stdin)
customers = Customer.objects.bulk_create([
    Customer(
        widget_key="bench", organization_id=organization, entity_id="c",
        chat_id="SK7Q2M4XAA", cid="c", cst="s", access_token="dal:" + token,
        fresh_until=timezone.now() + dt.timedelta(hours=7),
    )
    for token in tokens
], batch_size=500)
BearerToken.objects.bulk_create([
    BearerToken(customer=customer, token_hash=hash_of(token))
    for customer, token in zip(customers, tokens)
], batch_size=500)
"""


def tokens(count: int) -> list[str]:
    return [f"token-of-customer-{number:06d}" for number in range(count)]


def allow_many_sockets() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def process(*command: str, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child process that listens on `port` by the time it is handed out."""
    patience = WATCHED if "valgrind" in command else STARTS
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + patience
            while socket.socket().connect_ex(("127.0.0.1", port)):
                if child.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(log.read().decode()[-3000:])
                time.sleep(0.05)
            yield child
        finally:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def sandbox(port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The sandbox, which brings LiveChat's rules and a console."""
    command = (sys.executable, "-m", "livechat_sandbox", "--port", str(port))
    return process(*command, port=port, PYTHONPATH=str(ROOT / "sandbox"))


@contextmanager
def livechat(
    directory: Path, *, delay: float = 0.0, slow: float = 0.0
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The bare LiveChat: plain on its port, TLS on the next. In its region `fra` it may be slow."""
    port = free_port()
    certificate, key = certificate_in(directory)
    with process(
        sys.executable,
        "-m",
        "bench.livechat",
        str(port),
        "--tls",
        str(certificate),
        str(key),
        *("--delay", str(delay), "--slow", str(slow)),
        port=port,
    ) as child:
        yield child, port


@contextmanager
def server(
    directory: Path,
    livechat_url: str,
    customers: int,
    origins: Sequence[str] = (),
    redirect_uri: str = "http://127.0.0.1/",
    under: Sequence[str] = (),
    seed: str = "",
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Our server with a database of that many customers, and the websites it may stand on.

    `under` is the command of a tool that watches it, such as valgrind; `seed` is Python that adds
    to the database; `settings` are environment variables of its own.
    """
    port = free_port()
    environment = settings_of(directory, livechat_url) | {
        "ORIGINS": " ".join(origins),
        "REDIRECT_URI": redirect_uri,
        **settings,
    }
    manage(environment, "shell", "-c", PREPARE + SEED + seed, stdin=json.dumps(tokens(customers)))
    command = (*under, sys.executable, "manage.py", "serve", "--port", str(port))
    with process(*command, port=port, **environment) as child:
        yield child, port


def settings_of(directory: Path, livechat_url: str) -> dict[str, str]:
    """The environment of our server, and of commands beside it."""
    return {
        "DJANGO_SECRET_KEY": "only for measuring " * 4,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "false",
        "SECURE_SSL_REDIRECT": "false",
        "DATABASE_URL": f"sqlite:///{directory / 'db.sqlite3'}",
        "LIVECHAT_API_URL": livechat_url,
        "LIVECHAT_ACCOUNTS_URL": livechat_url,
        "SSL_CERT_FILE": str(directory / "certificate.pem"),
        "LOG_LEVEL": "WARNING",
        "LIMITS": "false",
        **ALLOCATOR,
    }


@contextmanager
def secure_server(customers: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server that speaks TLS with LiveChat, as in real life, and its port."""
    allow_many_sockets()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with (
            livechat(directory) as (_, upstream),
            server(directory, f"https://localhost:{upstream + 1}", customers) as (child, port),
        ):
            yield child, port


@contextmanager
def bare(
    directory: Path, livechat_url: str, under: Sequence[str] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The floor: Daphne, Channels and Django that do nothing of ours. See `bench.bare`."""
    port = free_port()
    command = (*under, sys.executable, "-m", "bench.bare", str(port), livechat_url)
    environment = {"SSL_CERT_FILE": str(directory / "certificate.pem"), **ALLOCATOR}
    with process(*command, port=port, **environment) as child:
        yield child, port


def manage(environment: dict[str, str], *command: str, stdin: str = "") -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        input=stdin,
        text=True,
        check=True,
        capture_output=True,
    )


@contextmanager
def nginx(directory: Path, upstream: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """nginx as a websocket proxy in front of `upstream`: one worker, as one core."""
    port = free_port()
    configuration = directory / "nginx.conf"
    configuration.write_text(
        f"""daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.log;
        worker_processes 1; worker_rlimit_nofile 60000;
        events {{ worker_connections 25000; }}
        http {{
          access_log off; client_body_temp_path {directory}; proxy_temp_path {directory};
          fastcgi_temp_path {directory}; uwsgi_temp_path {directory}; scgi_temp_path {directory};
          server {{ listen 127.0.0.1:{port} backlog=4096;
            location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1;
              proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
              proxy_read_timeout 1h; }} }} }}"""
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    with process(program, "-c", str(configuration), port=port) as child:
        yield child, port


def certificate_in(directory: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (directory / "certificate.pem").write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
    )
    (directory / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return directory / "certificate.pem", directory / "key.pem"


@contextmanager
def core_of_its_own(
    child: subprocess.Popen[bytes], *beside: subprocess.Popen[bytes]
) -> Iterator[None]:
    """One core for this process, the others for whoever measures it and those beside it."""
    cores = os.sched_getaffinity(0)
    first, *others = sorted(cores)
    if not others:
        yield
        return
    os.sched_setaffinity(0, others)
    for each, where in ((child, [first]), *((other, others) for other in beside)):
        for thread in Path(f"/proc/{each.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), where)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def ask(port: int, path: str, timeout: float = 120) -> Any:
    """What the bare LiveChat says of itself, or does for us."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/{path}", timeout=timeout) as answer:
        return json.load(answer)


def resident(child: subprocess.Popen[bytes]) -> int:
    """Memory a process holds, in KiB."""
    status = Path(f"/proc/{child.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def highest(child: subprocess.Popen[bytes]) -> int:
    """The most memory a process has held, in KiB."""
    status = Path(f"/proc/{child.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def cpu_seconds(child: subprocess.Popen[bytes]) -> float:
    """Processor time a process and its children (nginx's worker) have used."""
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    return sum(_cpu(pid) for pid in [str(child.pid), *children])


def _cpu(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
