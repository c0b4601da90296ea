"""Everything the storm blows on: LiveChat, Redis, two processes of ours and their database."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from tests.sandbox_rig import ROOT, Sandbox, SandboxProcess, free_port

START_LIMIT = 60  # seconds
WIDGET = "storm"
# Nobody looks at the files here: that they have their names is enough.
PREPARE = """
import json, sys
from django.conf import settings
from django.core.management import call_command
from widget.models import Widget
settings.SERVESTATIC_USE_BROTLI = settings.SERVESTATIC_USE_GZIP = False
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])
Widget.objects.create(**json.load(sys.stdin))
"""


class Process:
    """One process of our server, killed and started again at will."""

    def __init__(self, environment: dict[str, str], broken: str, log: Path) -> None:
        self.port = free_port()
        self.killed = 0
        self.busy = False  # dying or being born
        self._command = [sys.executable, "-m", "tests.chaos.server", str(self.port)]
        self._command += [broken] if broken else []
        self._environment = environment
        self._log = log.open("ab")
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
        )

    async def end(self, how: signal.Signals) -> None:
        """Send the signal, wait until it has gone, start it again."""
        self.killed, self.busy = self.killed + 1, True
        self.process.send_signal(how)
        await asyncio.to_thread(self.process.wait, 60)
        self._start()
        await asyncio.to_thread(self.wait_until_ready)
        self.busy = False

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            try:
                if requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise TimeoutError(f"the server did not start: {self._log.name}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(60)
        self._log.close()


class House:
    """Enter to build it; leaving tears it down."""

    def __init__(self, broken: str = "") -> None:
        self._broken = broken
        self._stack = ExitStack()

    def __enter__(self) -> House:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            livechat = SandboxProcess()
            stack.callback(livechat.stop)
            self.sandbox = Sandbox(livechat.url)
            environment = self.environment = self._environment(folder, self._redis(stack, folder))
            self._prepare(environment)
            self.log = folder / "server.log"
            self.processes = [Process(environment, self._broken, self.log) for _ in range(2)]
            for process in self.processes:
                stack.callback(process.stop)
            for process in self.processes:
                process.wait_until_ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _redis(self, stack: ExitStack, folder: Path) -> str:
        port = free_port()
        redis = subprocess.Popen(
            ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        stack.callback(redis.wait, 60)
        stack.callback(redis.terminate)
        return f"redis://127.0.0.1:{port}/0"

    def _environment(self, folder: Path, redis_url: str) -> dict[str, str]:
        return os.environ | {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "DATA_DIR": str(folder),
            "DEBUG": "0",
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LIVECHAT_ACCOUNTS_URL": self.sandbox.url,
            "LIVECHAT_API_URL": self.sandbox.url,
            "LOG_LEVEL": "DEBUG",
            "LIMITS": "off",
            "REDIS_URL": redis_url,
            "RELAY_LINGER": "1",
            "SECURE_SSL_REDIRECT": "0",
        }

    def _prepare(self, environment: dict[str, str]) -> None:
        widget = {
            "key": WIDGET,
            "name": "Storm",
            "allowed_origins": [],
            **{
                name: self.sandbox.config[name]
                for name in ("organization_id", "client_id", "redirect_uri")
            },
        }
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", PREPARE],
            cwd=ROOT,
            env=environment,
            input=json.dumps(widget).encode(),
            check=True,
        )

    def url(self, number: int) -> str:
        return f"127.0.0.1:{self.processes[number % 2].port}/w/{WIDGET}"

    @property
    def killed(self) -> int:
        return sum(process.killed for process in self.processes)

    def settings(self, **changes: Any) -> None:
        self.sandbox.settings(**changes)
