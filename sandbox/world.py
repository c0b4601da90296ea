"""One running sandbox: its organizations, who is connected, and delivering what they are told."""

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sandbox import agent_versions, seed
from sandbox.faults import Faults
from sandbox.platform import chats, routing, versions
from sandbox.platform.clock import Clock
from sandbox.platform.structures import Eviction, Organization, Push, Rules
from sandbox.wire import Wire

Listener = Callable[[Organization, Push], None]


class Connection:
    """One websocket. It belongs to nobody until somebody has logged in on it."""

    def __init__(self, side: str, wire: Wire, version: str, ip: str) -> None:
        self.side = side
        self.wire = wire
        self.version = version
        self.ip = ip
        self.organization: Organization | None = None
        self.user_id: str | None = None
        self.token = ""
        self.subscriptions: dict[str, frozenset[str] | None] = {}  # None: all of that version
        self.on_leave: Callable[[], None] = lambda: None

    def wants(self, action: str, version: str) -> bool:
        names = self.subscriptions[version]
        return names is None or action in names

    def send(self, frame: dict[str, Any]) -> None:
        self.wire.send(json.dumps(frame, separators=(",", ":")).encode())

    def push(self, push: Push, request_id: str | None = None) -> None:
        """Send a push in each version it was subscribed in; the first answers the request."""
        for version in self.subscriptions:
            if self.wants(push.action, version):
                payload = payload_text(push, self.side, version)
                if payload:
                    head = frame_head(version, request_id, push.action)
                    world.faults.send_push(self, push.action, f"{head}{payload}}}".encode())
                    request_id = None

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
        world.forget(self)


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
        elif versions.has_push(version, push.action, push.customer_payload):
            shaped = versions.shape(push.customer_payload, version)
            text = json.dumps(shaped, separators=(",", ":"))
        push.texts[side, version] = text
    return text


class World:
    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self.base_url = "http://localhost:8100"  # how clients reach this sandbox
        self.all_connections: set[Connection] = set()
        self.by_user: defaultdict[str, list[Connection]] = defaultdict(list)
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None  # by the real clock
        self.begin()

    def begin(self, start: str | None = None) -> None:
        """Start afresh. With the same `start`, ids and tokens repeat."""
        for connection in list(self.all_connections):
            connection.leave()
            connection.wire.close()
        start = start or secrets.token_hex(8)
        clock = Clock()
        self.take(start, clock, seed.organizations(clock, start, self.base_url))

    def take(self, start: str, clock: Clock, organizations: dict[str, Organization]) -> None:
        """Go on from this state."""
        self.start, self.clock, self.organizations = start, clock, organizations
        self.faults = Faults(self, start)
        self._license_ids = {each.license_id: each for each in organizations.values()}

    def organization_of_license(self, license_id: int) -> Organization | None:
        return self._license_ids.get(license_id)

    def rules_of(self, connection: Connection) -> Rules:
        return connection.organization.rules if connection.organization else Rules()

    # --- who is connected ---------------------------------------------------------------------

    def remember(self, connection: Connection) -> None:
        self.all_connections.add(connection)

    def forget(self, connection: Connection) -> None:
        self.all_connections.discard(connection)
        if connection.user_id and connection in self.by_user.get(connection.user_id, ()):
            self.by_user[connection.user_id].remove(connection)
            if not self.by_user[connection.user_id]:
                del self.by_user[connection.user_id]

    def log_in(self, connection: Connection, organization: Organization, user_id: str) -> None:
        connection.organization, connection.user_id = organization, user_id
        self.by_user[user_id].append(connection)

    def connections_of(self, user_id: str) -> list[Connection]:
        return list(self.by_user.get(user_id, ()))

    def waiting_for_login(self, ip: str) -> int:
        return sum(1 for each in self.all_connections if each.user_id is None and each.ip == ip)

    # --- telling people -----------------------------------------------------------------------

    def deliver(
        self,
        organization: Organization,
        requester: Connection | None = None,
        request_id: str | None = None,
    ) -> None:
        """Empty the outbox. One push carries the request's id, to the requester's connection."""
        while organization.outbox:
            waiting, organization.outbox = organization.outbox, []
            for item in waiting:
                if isinstance(item, Eviction):
                    self._evict(item)
                elif self._hand_out(organization, item, requester, request_id):
                    request_id = None
        self.set_alarm()

    def _hand_out(
        self,
        organization: Organization,
        push: Push,
        requester: Connection | None,
        request_id: str | None,
    ) -> bool:
        """Returns whether the push answered the request."""
        answered = False
        for user_id in (*push.customer_ids, *push.agent_ids):
            for connection in self.by_user.get(user_id, ()):
                answers = connection is requester and push.answers_request
                answered = answered or answers
                connection.push(push, request_id if answers else None)
        for listener in self.listeners:
            listener(organization, push)
        return answered

    def _evict(self, eviction: Eviction) -> None:
        for connection in self.connections_of(eviction.user_id):
            if eviction.token in (None, connection.token):
                connection.disconnect(eviction.reason, **eviction.data)

    def deliver_all(self) -> None:
        for organization in self.organizations.values():
            self.deliver(organization)

    # --- time ---------------------------------------------------------------------------------

    def set_alarm(self) -> None:
        """Wake up when the next timer is due."""
        due = self.clock.next_due()
        real_due = None if due is None else due - self.clock.skipped
        if self._alarm and self._alarm_at == real_due:
            return
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            wait = max(0.0, due - self.clock.time()) + 0.001  # loops round down to milliseconds
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)
            self._alarm_at = real_due

    def _ring(self) -> None:
        self._alarm = None
        self.clock.run_due_timers()
        self.deliver_all()

    def advance(self, seconds: float) -> None:
        """Skip time; whatever falls due happens, in order, before this returns."""
        self.clock.advance(seconds)
        self.deliver_all()

    def rules_changed(self, organization: Organization) -> None:
        chats.watch_all(organization)
        routing.drain_queue(organization)
        self.deliver(organization)


world = World()
