"""A running sandbox from the outside: starting one, and steering it over HTTP.

Only the standard library, so that it is in nobody's way.
"""

import json
import subprocess
import sys
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

TIMEOUT = 30  # seconds
STOP_TIMEOUT = 10  # seconds
READY = "LiveChat sandbox on "

JsonObject = dict[str, Any]


class Refused(Exception):
    """The sandbox said no: `status`, and the JSON it said it with as `body`."""

    def __init__(self, status: int, body: Any) -> None:
        self.status, self.body = status, body
        super().__init__(f"{status}: {body}")


class Server:
    """A sandbox in a process of its own, on a free port; `url` is its address."""

    def __init__(self, *arguments: str) -> None:
        """Arguments are those of the command. Returns once it answers. Raises RuntimeError."""
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-P", "-m", "livechat_sandbox", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith(READY):
            self.stop()
            raise RuntimeError(f"the sandbox ended with {self._process.returncode}")
        self.url = line.removeprefix(READY).strip().rstrip("/")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Livechat:
    """The control door of a running sandbox. Every method raises Refused."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener: OpenerDirector = build_opener(ProxyHandler({}))

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Ask any address of the sandbox for JSON."""
        data = None if body is None else json.dumps(body).encode()
        return self.ask(method, path, data, {"Content-Type": "application/json"} | (headers or {}))

    def ask(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Any:
        """The same with a body that is ready to be sent."""
        request = Request(self.url + path, data, headers, method=method)  # noqa: S310 - our own
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                return json.loads(response.read() or b"null")
        except HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from error

    @property
    def config(self) -> JsonObject:
        """Ids, tokens and addresses, as `GET /sandbox/config` has them."""
        config: JsonObject = self.call("GET", "/sandbox/config")
        return config

    def reset(self, seed: str | None = None) -> None:
        """Start afresh. With the same seed ids, tokens and chance repeat."""
        self.call("POST", "/sandbox/reset", {} if seed is None else {"seed": seed})

    def fault(self, kind: str, **scope: Any) -> None:
        """Let something go wrong from now on, as the documentation lists it."""
        self.call("POST", "/sandbox/faults", [{"kind": kind} | scope])

    def clear_faults(self) -> None:
        self.call("DELETE", "/sandbox/faults")

    def advance(self, seconds: float) -> None:
        """Skip time; everything that falls due has happened when this returns."""
        self.call("POST", "/sandbox/clock", {"advance": seconds})

    def settings(self, **changes: Any) -> JsonObject:
        """Change rules and switches; the answer is what they are now."""
        settings: JsonObject = self.call("POST", "/sandbox/settings", changes)
        return settings

    def requests(self, **wanted: Any) -> list[JsonObject]:
        """What clients asked for since the last reset, newest last."""
        query = urlencode(wanted)
        entries: list[JsonObject] = self.call("GET", f"/sandbox/requests?{query}")
        return entries

    def forget_requests(self) -> None:
        self.call("DELETE", "/sandbox/requests")

    def snapshot(self) -> JsonObject:
        """Everything the sandbox remembers, for `restore`."""
        state: JsonObject = self.call("GET", "/sandbox/state")
        return state

    def restore(self, state: JsonObject) -> None:
        """Put a snapshot back. Open connections are closed."""
        self.call("PUT", "/sandbox/state", state)

    def agent(self, email: str | None = None) -> "Agent":
        """Who answers customers: the first agent, who accepts chats, unless you say who."""
        agents = self.config["agents"]
        for each in agents:
            if email in (None, each["email"]):
                return Agent(self, each)
        raise LookupError(f"no agent {email}; there are {[each['email'] for each in agents]}")


class Agent:
    """An agent who answers over the Agent Chat Web API."""

    def __init__(self, livechat: Livechat, config: JsonObject) -> None:
        self._livechat = livechat
        self.email: str = config["email"]
        self.name: str = config["name"]
        self.token: str = config["token"]

    def call(self, action: str, /, **parameters: Any) -> Any:
        """Call any method of the Agent Chat API. Raises Refused."""
        return self._livechat.call(
            "POST",
            f"/v3.6/agent/action/{action}",
            parameters,
            {"Authorization": f"Bearer {self.token}"},
        )

    def chats(self) -> list[JsonObject]:
        """Summaries of the chats this agent may see, newest first."""
        summaries: list[JsonObject] = self.call("list_chats")["chats_summary"]
        return summaries

    def send(self, chat_id: str, text: str) -> str:
        """Write a message; returns the event's id."""
        event = {"type": "message", "text": text}
        event_id: str = self.call("send_event", chat_id=chat_id, event=event)["event_id"]
        return event_id
