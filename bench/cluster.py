"""What deploy/ documents, as processes: nginx with its own file, N servers, PostgreSQL, Redis.

PostgreSQL and Redis are those of DATABASE_URL and REDIS_URL, which tests/with_services.sh starts.
"""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import processes

DEPLOY = processes.ROOT / "deploy"
SETTINGS = {
    "DJANGO_SECRET_KEY": "only for measuring " * 4,
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "BEHIND_TLS_PROXY": "1",
    "SECURE_SSL_REDIRECT": "0",  # capacity is measured without TLS towards the browsers
    "LOG_LEVEL": "ERROR",
    **processes.ALLOCATOR,
    "LIMITS": "0",  # everybody comes from one address
}


# Nobody asks for files here: that they have their names is enough. The database may have been used.
PREPARE = f"""
from django.conf import settings
settings.SERVESTATIC_USE_BROTLI = settings.SERVESTATIC_USE_GZIP = False
{processes.PREPARE}
call_command("flush", interactive=False, verbosity=0)
"""


class Cluster:
    """N server processes behind nginx: `port` with TLS, `plain_port` without."""

    def __init__(self, directory: Path, count: int, livechat: str) -> None:
        self.directory = directory / "site"
        self.directory.mkdir(exist_ok=True)
        self.certificate, self.key = processes.certificate_in(self.directory)
        self.settings = SETTINGS | {
            "DATA_DIR": str(self.directory),
            "LIVECHAT_ACCOUNTS_URL": livechat,
            "LIVECHAT_API_URL": livechat,
        }
        self.ports = [processes.free_port() for _ in range(count)]
        self.port, self.plain_port = processes.free_port(), processes.free_port()
        self.servers: dict[int, subprocess.Popen[bytes]] = {}
        self.running: dict[int, ExitStack] = {}
        self.nginx: subprocess.Popen[bytes] | None = None

    def prepare(self, seed: str, stdin: str = "") -> None:
        """An empty database with what `seed` adds, and static files; all in one process."""
        processes.manage(self.settings, "shell", "-c", PREPARE + seed, stdin=stdin)

    def start(self, number: int) -> None:
        """Start one server; it listens when this returns."""
        port = self.ports[number]
        self.running[number] = stack = ExitStack()
        self.servers[number] = stack.enter_context(
            processes.process(
                *(sys.executable, "manage.py", "serve", "--port", str(port)),
                port=port,
                **self.settings,
            )
        )

    def stop(self, number: int) -> None:
        """As an operator does: SIGTERM, and wait."""
        self.running.pop(number).close()

    def kill(self, number: int) -> None:
        """As a broken machine does."""
        self.servers[number].kill()
        self.stop(number)

    def count_customers(self) -> list[int]:
        """How many customers are live in each process, as its metrics say."""
        return [
            sum(int(float(value)) for value in re.findall(LIVE, self.metrics(number)))
            for number in sorted(self.running)
        ]

    def metrics(self, number: int) -> str:
        url = f"http://127.0.0.1:{self.ports[number]}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())

    def configuration(self) -> Path:
        """deploy/nginx.conf with this machine's ports, files and processes, and nothing else."""
        changes = {
            "user www-data;": "daemon off;",
            "/run/nginx.pid": f"{self.directory}/nginx.pid",
            "/var/log/nginx/error.log": f"{self.directory}/nginx-error.log",
            "/var/log/nginx/access.log": f"{self.directory}/nginx-access.log",
            "http {": "http {\n" + temporary(self.directory),
            "listen 80;": f"listen 127.0.0.1:{processes.free_port()};",
            "listen 443 ssl http2 backlog=4096;": (
                f"listen 127.0.0.1:{self.port} ssl http2 backlog=4096;"
                f" listen 127.0.0.1:{self.plain_port} backlog=4096;"
            ),
            "/etc/ssl/chat/certificate.pem": str(self.certificate),
            "/etc/ssl/chat/key.pem": str(self.key),
        }
        text = (DEPLOY / "nginx.conf").read_text()
        for documented, ours in changes.items():
            assert text.count(documented) == 1, documented
            text = text.replace(documented, ours)
        line = (DEPLOY / "chat-processes.conf").read_text().splitlines()[1]
        (self.directory / "chat-processes.conf").write_text(
            "\n".join(line.replace("8001", str(port)) for port in self.ports)
        )
        configuration = self.directory / "nginx.conf"
        configuration.write_text(text)
        return configuration

    @contextmanager
    def serve(self) -> Iterator[None]:
        """Everything, in the order of docs/deployment.md, until the block ends."""
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
        command = (program, "-c", str(self.configuration()))
        try:
            for number in range(len(self.ports)):
                self.start(number)
            with processes.process(*command, port=self.port) as self.nginx:
                yield
        finally:
            for number in list(self.running):
                self.stop(number)


LIVE = re.compile(r'^chat_customers\{state="live"\} (\S+)$', re.MULTILINE)


def temporary(directory: Path) -> str:
    """nginx keeps bodies in its own folders, which only root may write to."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"  {kind}_temp_path {directory}/{kind};" for kind in kinds)
