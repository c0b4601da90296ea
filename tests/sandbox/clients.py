"""A customer as a plain client of the protocol: accounts, Web and RTM."""

import itertools
import json
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.sandbox_rig import REQUEST_LIMIT, Payload, Refused, Sandbox, answer_of

GET_ACTIONS = {
    "get_dynamic_configuration",
    "get_configuration",
    "get_localization",
    "list_license_properties",
    "list_group_properties",
}
FRAME_LIMIT = 30  # seconds


def message(text: str, **more: Any) -> Payload:
    return {"type": "message", "text": text} | more


class Failed(Exception):
    """A response with `success: false`."""

    def __init__(self, payload: Payload) -> None:
        self.type: str = payload["error"]["type"]
        self.data: Payload = payload["error"].get("data", {})
        super().__init__(self.type)


class Rtm:
    """One connection. Pushes are kept in the order of arrival."""

    def __init__(self, sandbox: Sandbox, version: str = "3.6", **headers: str) -> None:
        organization_id = headers.pop("organization_id", sandbox.config["organization_id"])
        self.stack = ExitStack()
        self.socket = self.stack.enter_context(
            connect(
                f"{sandbox.ws_url}/v{version}/customer/rtm/ws?organization_id={organization_id}",
                additional_headers=headers,
                open_timeout=FRAME_LIMIT,
                close_timeout=0.2,
                compression=None,
            )
        )
        self.numbers = itertools.count(1)
        self.pushes: list[Payload] = []
        self.login_answer: Payload = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.stack.close()

    def receive(self) -> Payload:
        frame: Payload = json.loads(self.socket.recv(FRAME_LIMIT))
        if frame["type"] == "push":
            self.pushes.append(frame)
        return frame

    def ask(self, action: str, payload: Payload | None = None, **frame: Any) -> str:
        """Send a request without waiting; returns its id."""
        request_id = f"r{next(self.numbers)}"
        request = {"request_id": request_id, "action": action, "payload": payload or {}}
        self.socket.send(json.dumps(request | frame))
        return request_id

    def response_to(self, request_id: str) -> Payload:
        while True:
            frame = self.receive()
            if frame["type"] == "response" and frame.get("request_id") == request_id:
                return frame

    def call(self, action: str, /, **payload: Any) -> Payload:
        """The payload of the response. Raises Failed."""
        response = self.response_to(self.ask(action, payload))
        answer: Payload = response["payload"]
        if not response["success"]:
            raise Failed(answer)
        return answer

    def settled(self) -> list[Payload]:
        """Every push so far: the server sends pushes at once, so a ping comes after them."""
        self.call("ping")
        return self.pushes

    def actions(self) -> list[str]:
        return [push["action"] for push in self.settled()]

    def of(self, action: str) -> list[Payload]:
        """The payloads of the pushes of one name, so far."""
        return [push["payload"] for push in self.settled() if push["action"] == action]

    def next(self, action: str) -> Payload:
        """Wait for the next push of that name."""
        while True:
            frame = self.receive()
            if frame["type"] == "push" and frame["action"] == action:
                payload: Payload = frame["payload"]
                return payload

    def forget(self) -> None:
        self.settled()
        self.pushes.clear()

    def farewell(self) -> Payload:
        """What the server says before it closes the connection; it has to."""
        payload = self.next("customer_disconnected")
        try:
            self.receive()
        except ConnectionClosed:
            return payload
        raise AssertionError("the server did not close the connection")

    def is_gone(self) -> bool:
        """Whether the connection ended without a farewell."""
        try:
            while True:
                self.receive()
        except ConnectionClosed as closed:
            return closed.rcvd is None


Connect = Callable[..., Rtm]


class Customer:
    """One browser's identity, with its cookies."""

    def __init__(self, sandbox: Sandbox, **grant: Any) -> None:
        self.sandbox = sandbox
        self.cookies: dict[str, str] = {}
        self.token: Payload = {}
        self.renew(**grant)

    @property
    def id(self) -> str:
        entity_id: str = self.token["entity_id"]
        return entity_id

    def grant(self, path: str = "token", **changes: Any) -> requests.Response:
        """Ask for a token by the cookie grant, as a browser does."""
        config = self.sandbox.config
        body = {
            "grant_type": "cookie",
            "response_type": "token",
            "client_id": config["client_id"],
            "organization_id": config["organization_id"],
            "redirect_uri": config["redirect_uri"],
        } | changes
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return requests.post(
            f"{self.sandbox.url}/v2/customer/{path}",
            data=json.dumps({key: value for key, value in body.items() if value is not None}),
            headers={"Cookie": cookies} if cookies else {},
            timeout=REQUEST_LIMIT,
        )

    def renew(self, **changes: Any) -> Payload:
        """Take a new token, keeping the cookies."""
        response = self.grant(**changes)
        assert response.ok, response.text
        self.cookies |= {cookie.name: cookie.value or "" for cookie in response.cookies}
        for header in response.raw.headers.getlist("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.token = response.json()
        return self.token

    @property
    def authorization(self) -> str:
        return f"Bearer {self.token['access_token']}"

    def request(
        self,
        action: str,
        payload: Payload,
        *,
        version: str = "3.6",
        query: Payload | None = None,
        headers: Payload | None = None,
        files: Any = None,
    ) -> requests.Response:
        reads = action in GET_ACTIONS
        query = {"organization_id": self.token["organization_id"]} | (query or {})
        return self.sandbox.http.request(
            "GET" if reads else "POST",
            f"{self.sandbox.url}/v{version}/customer/action/{action}",
            params=query | payload if reads else query,
            json=None if reads or files else payload,
            files=files,
            headers={"Authorization": self.authorization} | (headers or {}),
            timeout=REQUEST_LIMIT,
        )

    def call(self, action: str, /, version: str = "3.6", **payload: Any) -> Any:
        """The answer of a Web request. Raises Refused."""
        return answer_of(self.request(action, payload, version=version))

    def upload(self, name: str, content: bytes) -> str:
        response = self.request("upload_file", {}, files={"file": (name, content)})
        url: str = answer_of(response)["url"]
        return url

    def connect(self, version: str = "3.6", **login: Any) -> Rtm:
        """A connection that has logged in."""
        rtm = Rtm(self.sandbox, version, organization_id=self.token["organization_id"])
        rtm.login_answer = rtm.call("login", token=self.authorization, **login)
        return rtm

    def start(self, *texts: str, **more: Any) -> tuple[str, str]:
        """Start a chat with some messages; returns the ids of chat and thread."""
        thread = {"events": [message(text) for text in texts]}
        answer = self.call("start_chat", chat={"thread": thread}, **more)
        return answer["chat_id"], answer["thread_id"]

    def send(self, chat_id: str, text: str, **more: Any) -> str:
        event_id: str = self.call("send_event", chat_id=chat_id, event=message(text, **more))[
            "event_id"
        ]
        return event_id

    def thread(self, chat_id: str) -> Payload:
        thread: Payload = self.call("get_chat", chat_id=chat_id)["thread"]
        return thread


def leave_ticket(customer: Customer) -> str:
    """Fill the form that is there while nobody is; returns the ticket's id."""
    form = {
        "type": "filled_form",
        "form_id": "177383",
        "fields": [
            {"type": "email", "id": "1", "label": "Your e-mail", "answer": "nora@example.com"},
            {"type": "subject", "id": "2", "label": "Subject", "answer": "Broken mug"},
            {"type": "textarea", "id": "3", "label": "Message", "answer": "It leaks."},
        ],
    }
    started = customer.call("start_chat", active=False, chat={"thread": {"events": [form]}})
    thread_id: str = started["thread_id"]
    return thread_id


def refused(customer: Customer, action: str, **payload: Any) -> tuple[int, str]:
    """Status and type of the error with which the request is refused; it has to be."""
    with pytest.raises(Refused) as caught:
        customer.call(action, **payload)
    return caught.value.status, caught.value.type


def failure(rtm: Rtm, action: str, **payload: object) -> str:
    """The same of a request over RTM: its type."""
    with pytest.raises(Failed) as failed:
        rtm.call(action, **payload)
    return failed.value.type
