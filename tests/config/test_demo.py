"""The demo, run as a newcomer runs it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.sandbox_rig import ROOT, free_port


class Demo:
    """`python manage.py demo` with its own data and ports."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port, self.sandbox_port = free_port(), free_port()
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def ports(self) -> list[str]:
        return ["--port", str(self.port), "--sandbox-port", str(self.sandbox_port)]

    def start(self) -> "Demo":
        """Start it, and read what it says until it says that it runs, or ends."""
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", *self.ports()],
            cwd=ROOT,
            env=clean | {"DATA_DIR": str(self.data), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "password:" in line:
                break
        return self

    def get(self, path: str, host: str = "localhost") -> requests.Response:
        return requests.get(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": f"{host}:{self.port}"},
            timeout=30,
        )

    @property
    def password(self) -> str:
        found = re.search(r"password: (\S+)", self.said)
        assert found
        return found[1]

    @property
    def sandbox(self) -> int:
        """The process of its LiveChat."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        sandbox, _server = (int(child) for child in children.read_text().split())
        return sandbox

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        assert self.process
        self.process.communicate(timeout=30)
        return self.process.returncode

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(how)
        return self.wait()


def answers(port: int) -> bool:
    """Whether something on this port is healthy."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the tests that only look at it."""
    demo = Demo(tmp_path_factory.mktemp("demo")).start()
    yield demo
    demo.stop()


@pytest.fixture
def own_demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo that a test may end."""
    demo = Demo(tmp_path)
    yield demo
    if demo.process and demo.process.poll() is None:
        demo.stop()


def test_both_servers_are_healthy_when_the_addresses_are_printed(demo: Demo) -> None:
    assert answers(demo.port)
    assert answers(demo.sandbox_port)


def test_every_address_is_printed(demo: Demo) -> None:
    for address in (
        f"http://shop.localhost:{demo.port}/",
        f"http://localhost:{demo.port}/admin/",
        f"http://localhost:{demo.sandbox_port}/",
    ):
        assert address in demo.said


def test_the_printed_password_opens_the_admin(demo: Demo) -> None:
    browser = requests.Session()
    url = f"http://127.0.0.1:{demo.port}/admin/login/"
    browser.get(url, timeout=30)
    form = {"username": "admin", "password": demo.password, "next": "/admin/"}
    form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
    answer = browser.post(url, data=form, timeout=30)
    assert answer.url.endswith("/admin/")
    assert "Log out" in answer.text


@pytest.mark.parametrize("path", ["/", "/demo/", "/plants/aloe/", "/contact/"])
def test_every_page_of_the_shop_has_the_widget_from_another_site(demo: Demo, path: str) -> None:
    answer = demo.get(path, host="shop.localhost")
    assert answer.status_code == 200
    chat = f"http://chat.localhost:{demo.port}"
    assert f'<script async src="{chat}/w/demo/embed.js"></script>' in answer.text
    assert f"script-src {chat}; frame-src {chat}" in answer.headers["Content-Security-Policy"]


def test_on_localhost_shop_and_chat_are_one_site(demo: Demo) -> None:
    assert f'src="http://localhost:{demo.port}/w/demo/embed.js"' in demo.get("/").text


def test_the_shop_loads_the_loader(demo: Demo) -> None:
    answer = demo.get("/w/demo/embed.js", host="chat.localhost")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["Content-Type"]


def test_the_demo_is_ready_to_serve(demo: Demo) -> None:
    answer = demo.get("/readyz")
    ready = {"database": "ok", "livechat": "ok", "encryption": "ok"}
    assert (answer.status_code, answer.json()) == (200, ready)


@pytest.mark.night  # by day its first run
def test_a_second_run_keeps_the_password_and_the_data_and_each_ends_whole(own_demo: Demo) -> None:
    password = own_demo.start().password
    own_demo.stop(signal.SIGINT)
    assert not answers(own_demo.port)
    assert not answers(own_demo.sandbox_port)
    assert own_demo.start().password == password
    assert (own_demo.data / "db.sqlite3").exists()
    own_demo.stop(signal.SIGTERM)
    assert not answers(own_demo.port)
    assert not answers(own_demo.sandbox_port)


@pytest.mark.night  # rare
def test_a_livechat_that_hangs_is_not_ready_and_one_that_ends_ends_the_demo(
    own_demo: Demo,
) -> None:
    sandbox = own_demo.start().sandbox
    os.kill(sandbox, signal.SIGSTOP)
    try:
        answer = own_demo.get("/readyz")
    finally:
        os.kill(sandbox, signal.SIGCONT)
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "livechat": "unreachable", "encryption": "ok"}
    os.kill(sandbox, signal.SIGKILL)
    assert own_demo.wait() != 0
    assert not answers(own_demo.port)


def test_a_port_that_is_taken_is_named(demo: Demo, own_demo: Demo) -> None:
    own_demo.port = demo.port
    own_demo.start()
    assert own_demo.wait() != 0
    assert f"Port {demo.port} is taken" in own_demo.said
    assert "PORT=" in own_demo.said
