"""`python manage.py demo`: the sandbox and the server, seeded, in the foreground, together."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from widget.models import UsedKey, Widget
from widget.notifications.keys import new_private_key

HOST = "127.0.0.1"
START_TIMEOUT = 60  # seconds until each of the two must answer
STOP_TIMEOUT = 15  # seconds each of the two has to end on its own
KEPT = settings.DATA_DIR / "demo-password.txt"
KEPT_PUSH_KEY = settings.DATA_DIR / "demo-push-key.txt"
SANDBOX_STATE = settings.DATA_DIR / "livechat.json"

READY = """
The demo is running. Ctrl-C stops it; what you change is kept in {kept_in}.

  A shop with the chat on it   http://shop.localhost:{port}/
  The agent who answers        http://localhost:{sandbox_port}/
  The admin                    http://localhost:{port}/admin/
                               user: admin   password: {password}
"""


class Command(BaseCommand):
    help = "Runs the whole project on this machine, with a local LiveChat and a shop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--sandbox-port", type=int, default=8100)

    def handle(self, *args: Any, port: int, sandbox_port: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo is for trying things out: it only runs with DEBUG=1.")
        for number, variable in ((port, "PORT"), (sandbox_port, "SANDBOX_PORT")):
            refuse_busy_port(number, variable)
        for how in (signal.SIGTERM, signal.SIGINT):  # a shell's background job ignores SIGINT
            signal.signal(how, interrupt)
        password = kept_secret(KEPT, lambda: secrets.token_hex(6))
        running: list[subprocess.Popen[bytes]] = []
        try:
            running.append(start_sandbox(sandbox_port))
            wait_until_healthy(running[-1], sandbox_port)
            call_command("migrate", verbosity=0)
            seed(port, sandbox_port, password)
            running.append(start_server(port, sandbox_port))
            wait_until_healthy(running[-1], port)
            self.stdout.write(
                READY.format(
                    kept_in=settings.DATA_DIR,
                    port=port,
                    sandbox_port=sandbox_port,
                    password=password,
                )
            )
            self.stdout.flush()
            wait_until_one_ends(running)
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")
        finally:
            stop(running)


def interrupt(*_: object) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def refuse_busy_port(port: int, variable: str) -> None:
    """Raise CommandError, naming the port, if something listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken ({error.strerror}). Stop what uses it, or choose another: "
                f"make demo {variable}={port + 1}"
            ) from error


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Made on the first run, and the same on the second."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def seed(port: int, sandbox_port: int, admin_password: str) -> None:
    """Give the demo its admin, and its widget the organization that the sandbox has."""
    users = get_user_model()._default_manager
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@shop.example", admin_password)
    livechat = requests.get(f"http://{HOST}:{sandbox_port}/sandbox/config", timeout=10).json()
    connection = {
        "organization_id": livechat["organization_id"],
        "client_id": livechat["client_id"],
        "redirect_uri": livechat["redirect_uri"],
        "allowed_origins": [
            f"http://{host}:{port}" for host in ("shop.localhost", "localhost", HOST)
        ],
    }
    look = {
        "name": "Fern & Clay",
        "brand_color": "#1f6f54",
        "header_title": "Fern & Clay",
        "header_text": "We usually answer within a few minutes.",
    }
    UsedKey.objects.filter(key="demo", widget=None).delete()  # the demo may be begun again
    Widget.objects.update_or_create(
        key="demo", defaults=connection, create_defaults=connection | look
    )


def server_environment(sandbox_port: int) -> dict[str, str]:
    """What the server is told, beside what this command was told."""
    return {
        "DEMO": "1",
        "LIVECHAT_ACCOUNTS_URL": f"http://{HOST}:{sandbox_port}",
        "LIVECHAT_API_URL": f"http://{HOST}:{sandbox_port}",
        "PUSH_KEY": kept_secret(KEPT_PUSH_KEY, new_private_key),
        "PUSH_CONTACT": "mailto:admin@shop.example",
    }


def start_sandbox(port: int) -> subprocess.Popen[bytes]:
    arguments = ["-m", "livechat_sandbox", "--port", str(port), "--state", str(SANDBOX_STATE)]
    return start(arguments, settings.BASE_DIR / "sandbox", {})


def start_server(port: int, sandbox_port: int) -> subprocess.Popen[bytes]:
    arguments = ["manage.py", "serve", "--port", str(port)]
    return start(arguments, settings.BASE_DIR, server_environment(sandbox_port))


def start(
    arguments: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start one of the two. Ctrl-C is for us alone: we stop them in order."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env={"LOG_LEVEL": "WARNING"} | os.environ | {"DEBUG": "1"} | environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )


def wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once `/healthz` on this port answers 200. Raises CommandError if it never does."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CommandError(f"What should serve port {port} ended: see its message above.")
        try:
            if requests.get(f"http://{HOST}:{port}/healthz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise CommandError(f"Port {port} did not answer within {START_TIMEOUT} seconds.")


def wait_until_one_ends(running: list[subprocess.Popen[bytes]]) -> None:
    """Return never, unless one of the two dies: then raise CommandError."""
    while all(process.poll() is None for process in running):
        time.sleep(0.5)
    raise CommandError("One of the two servers ended, so the demo ends: see its message above.")


def stop(running: list[subprocess.Popen[bytes]]) -> None:
    """End the server first, then the sandbox it talks to."""
    for process in reversed(running):
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
