"""A sandbox in a process of its own, and the people who use it, for tests."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 60  # seconds
REQUEST_LIMIT = 30  # seconds
STOP_LIMIT = 30  # seconds
# Those that the system gives to whoever asks for any begin at 32 768.
PORTS = range(20_000, 32_000, 2)

Payload = dict[str, Any]


def free_port() -> int:
    """A port that is free, and the next one too.

    Until a process listens there takes a second or more, and who asks for one meanwhile, the
    system or us, in whichever worker, gets another.
    """
    with (Path(gettempdir()) / f"ports-of-tests-{os.getuid()}").open("a+") as given:
        fcntl.flock(given, fcntl.LOCK_EX)
        given.seek(0)
        last = int(given.read() or PORTS[-1])
        turns = [*range(last + PORTS.step, PORTS.stop, PORTS.step), *PORTS]
        port: int = next(port for port in turns if is_free(port) and is_free(port + 1))
        given.truncate(0)
        given.write(f"{port}")
        return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def is_served(port: int) -> bool:
    """Whether somebody listens there by now."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class SandboxProcess:
    """`python -m livechat_sandbox` on a free port, ready when the constructor returns."""

    def __init__(self, *arguments: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "livechat_sandbox", "--port", str(self.port), *arguments],
            cwd=ROOT / "sandbox",
        )
        self.url = f"http://localhost:{self.port}"
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the sandbox ended with {self.process.returncode}")
            try:
                if requests.get(f"{self.url}/healthz", timeout=START_LIMIT).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        self.stop()
        raise TimeoutError("the sandbox did not start in time")

    def stop(self) -> None:
        """End it as an operator would, and wait until it has gone."""
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_LIMIT)


class Sandbox:
    """The control door of a running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ws_url = url.replace("http", "ws", 1)
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy leads there, and no file has a password for it

    @cached_property
    def config(self) -> Payload:
        """Ids, agents and tokens, as they are until the next reset."""
        answer: Payload = self.control("config", method="GET")
        return answer

    def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        response = self.http.request(
            method, f"{self.url}/sandbox/{path}", json=body, timeout=REQUEST_LIMIT
        )
        assert response.ok, response.text
        return response.json()

    def reset(self, seed: str | None = None) -> None:
        self.control("reset", {} if seed is None else {"seed": seed})
        self.__dict__.pop("config", None)

    def fault(self, kind: str, **scope: Any) -> Payload:
        """Switch one fault on; `scope` as in the sandbox's docs."""
        answer: Payload = self.control("faults", [{"kind": kind} | scope])
        return answer

    def clear_faults(self) -> None:
        self.control("faults", method="DELETE")

    def advance(self, seconds: float) -> None:
        """Skip time; everything that falls due has happened when this returns."""
        self.control("clock", {"advance": seconds})

    def settings(self, **changes: Any) -> Payload:
        answer: Payload = self.control("settings", changes)
        return answer

    def requests(self, side: str = "customer") -> list[str]:
        """The methods that clients of this side have asked for, oldest first."""
        journal = self.control(f"requests?side={side}", method="GET")
        return [entry["method"] for entry in journal]


class Refused(Exception):
    """LiveChat's error: `type` is what counts."""

    def __init__(self, status: int, error: Payload) -> None:
        self.status = status
        self.type: str = error["type"]
        self.message: str = error["message"]
        self.data: Payload = error.get("data", {})
        super().__init__(f"{status} {self.type}: {self.message}")


def answer_of(response: requests.Response) -> Any:
    """The JSON of a Web answer. Raises Refused."""
    if response.status_code == 200:
        return response.json()
    raise Refused(response.status_code, response.json()["error"])


class Agent:
    """An agent who answers over the Agent Chat Web API."""

    def __init__(self, sandbox: Sandbox, number: int = 0) -> None:
        self.sandbox = sandbox
        self.config: Payload = sandbox.config["agents"][number]
        self.id: str = self.config["email"]
        self.opaque_id: str = self.config["opaque_id"]
        self.name: str = self.config["name"]
        self.authorization = f"Bearer {self.config['token']}"

    def call(self, action: str, /, version: str = "3.6", **parameters: Any) -> Any:
        """Call any action of the Agent Chat API. Raises Refused."""
        return answer_of(
            self.sandbox.http.post(
                f"{self.sandbox.url}/v{version}/agent/action/{action}",
                json=parameters,
                headers={"Authorization": self.authorization},
                timeout=REQUEST_LIMIT,
            )
        )

    def chats(self) -> list[Payload]:
        """Summaries of the chats this agent may see, newest first."""
        summaries: list[Payload] = self.call("list_chats")["chats_summary"]
        return summaries

    def chat(self, chat_id: str) -> Payload:
        chat: Payload = self.call("get_chat", chat_id=chat_id)
        return chat

    def send(self, chat_id: str, text: str, **more: Any) -> str:
        """Write a message; returns the event's id."""
        return self.send_event(chat_id, {"type": "message", "text": text} | more)

    def send_event(self, chat_id: str, event: Payload) -> str:
        event_id: str = self.call("send_event", chat_id=chat_id, event=event)["event_id"]
        return event_id

    def type(self, chat_id: str, *, is_typing: bool = True) -> None:
        self.call("send_typing_indicator", chat_id=chat_id, is_typing=is_typing)

    def see(self, chat_id: str, seen_up_to: str) -> None:
        self.call("mark_events_as_seen", chat_id=chat_id, seen_up_to=seen_up_to)

    def close(self, chat_id: str) -> None:
        self.call("deactivate_chat", id=chat_id)

    def ban(self, customer_id: str, days: int = 1) -> None:
        self.call("ban_customer", id=customer_id, ban={"days": days})
