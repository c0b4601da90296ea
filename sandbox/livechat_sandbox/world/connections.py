"""Websockets: whose they are, and the frames they are sent."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from livechat_sandbox.platform import scopes
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import agent_versions, customer_versions
from livechat_sandbox.platform.structures import Organization, Push
from livechat_sandbox.world.wire import Wire

Send = Callable[["Connection", str, bytes], None]


class Connections:
    """Every open websocket of one sandbox."""

    def __init__(self) -> None:
        self.all: set[Connection] = set()
        self._by_user: defaultdict[str, list[Connection]] = defaultdict(list)

    def add(self, connection: "Connection") -> None:
        self.all.add(connection)

    def forget(self, connection: "Connection") -> None:
        self.all.discard(connection)
        user_id = connection.user_id
        if user_id and connection in self._by_user.get(user_id, ()):
            self._by_user[user_id].remove(connection)
            if not self._by_user[user_id]:
                del self._by_user[user_id]

    def log_in(self, connection: "Connection", organization: Organization, user_id: str) -> None:
        connection.organization, connection.user_id = organization, user_id
        self._by_user[user_id].append(connection)

    def of(self, user_id: str) -> list["Connection"]:
        return list(self._by_user.get(user_id, ()))

    def waiting_for_login(self, ip: str) -> int:
        return sum(1 for each in self.all if each.user_id is None and each.ip == ip)

    def close_all(self) -> None:
        for connection in list(self.all):
            connection.leave()
            connection.wire.close()


class Connection:
    """One websocket. It belongs to nobody until somebody has logged in on it."""

    def __init__(
        self, connections: Connections, side: str, wire: Wire, version: str, ip: str
    ) -> None:
        self._connections = connections
        self.side = side
        self.wire = wire
        self.version = version
        self.ip = ip
        self.organization: Organization | None = None
        self.user_id: str | None = None
        self.token = ""
        self.scopes = scopes.ALL
        self.subscriptions: dict[str, frozenset[str] | None] = {}  # None: all of that version
        self.on_leave: Callable[[], None] = lambda: None
        self.on_new_rules: Callable[[], None] = lambda: None

    @property
    def is_open(self) -> bool:
        return self in self._connections.all

    def may_hear(self, action: str) -> bool:
        return action not in scopes.OF_PUSHES or scopes.OF_PUSHES[action] in self.scopes

    def wants(self, action: str, version: str) -> bool:
        names = self.subscriptions[version]
        return names is None or action in names

    def send(self, frame: Payload) -> None:
        self.wire.send(json.dumps(frame, separators=(",", ":")).encode())

    def push(self, push: Push, send: Send, request_id: str | None = None) -> None:
        """Send a push in each version it was subscribed in; the first answers the request."""
        for frame in self._frames_of(push, request_id):
            send(self, push.action, frame)

    def _frames_of(self, push: Push, request_id: str | None) -> Iterator[bytes]:
        if not self.may_hear(push.action):
            return
        for version in self.subscriptions:
            if self.wants(push.action, version):
                payload = payload_text(push, self.side, version)
                if payload:
                    head = frame_head(version, request_id, push.action)
                    request_id = None
                    yield f"{head}{payload}}}".encode()

    def disconnect(self, reason: str, **data: Any) -> None:
        """Tell why, in the connection's own version, and close."""
        payload = {"reason": reason} | ({"data": data} if data else {})
        self.send(
            {
                "version": self.version,
                "action": f"{self.side}_disconnected",
                "type": "push",
                "payload": payload,
            }
        )
        self.leave()
        self.wire.close()

    def leave(self) -> None:
        """Nobody is connected here any more. Safe to call again."""
        on_leave, self.on_leave = self.on_leave, lambda: None
        on_leave()
        self._connections.forget(self)


def frame_head(version: str, request_id: str | None, action: str) -> str:
    answers = f'"request_id":{json.dumps(request_id)},' if request_id is not None else ""
    return f'{{"version":"{version}",{answers}"action":"{action}","type":"push","payload":'


def payload_text(push: Push, side: str, version: str) -> str:
    """The payload as JSON, made once for each side and version; empty where there is none."""
    text = push.texts.get((side, version))
    if text is None:
        text = ""
        if side == "agent":
            if agent_versions.has_push(version, push.action):
                shaped = agent_versions.shape(push.agent_payload, version)
                text = json.dumps(shaped, separators=(",", ":"))
        elif customer_versions.has_push(version, push.action, push.customer_payload):
            shaped = customer_versions.shape(push.customer_payload, version)
            text = json.dumps(shaped, separators=(",", ":"))
        push.texts[side, version] = text
    return text
