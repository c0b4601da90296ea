"""Faults on demand: what goes wrong, for which clients, how often and for how long."""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal, Required, TypedDict

from msgspec import Meta

from livechat_sandbox.platform.clock import Clock
from livechat_sandbox.platform.configuration import Rules
from livechat_sandbox.platform.errors import STATUS_AND_MESSAGE, LiveChatError
from livechat_sandbox.platform.parameters import check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.world.connections import Connection, Connections

HELD_LONGEST = 2.0  # seconds that an overtaken push waits for another one


class Wish(TypedDict, total=False):
    """A fault as it is asked for: what every kind may have."""

    kind: Required[str]
    side: Literal["customer", "agent", "any"]
    transport: Literal["web", "rtm", "accounts", "files", "mcp"]
    method: str
    customer: str
    share: float
    count: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    duration: float


class Delayed(Wish, total=False):
    seconds: Required[float]
    jitter: float


class Latency(Delayed, total=False):
    when: Literal["before", "after"]


class Error(Wish, total=False):
    type: Required[str]
    message: str
    data: Payload


class Status(Wish, total=False):
    status: Required[Annotated[int, Meta(ge=200, le=599)]]
    body: Any
    retry_after: Annotated[int, Meta(ge=0, le=86_400)]


class WrongRegion(Wish):
    region: str


class OnConnection(Wish, total=False):
    when: Literal["now", "connect", "login"]


class Slow(OnConnection):
    seconds: float


class EndsTokens(TypedDict, total=False):
    """Tokens end at once and for good, and no request or connection has to come."""

    kind: Required[str]
    side: Literal["customer", "agent", "any"]
    customer: str
    share: float
    count: Annotated[int, Meta(ge=1, le=1_000_000_000)]


class Disconnect(OnConnection, total=False):
    reason: Required[str]
    data: Payload


SCOPE = Wish.__annotations__.keys() - {"kind"}
REQUEST_KINDS: dict[str, Any] = {
    "latency": Latency,
    "error": Error,
    "status": Status,
    "malformed": Wish,
    "truncated": Wish,
    "reset_before": Wish,
    "reset_after": Wish,
    "wrong_region": WrongRegion,
    "down": Wish,
}
PUSH_KINDS: dict[str, Any] = {
    "push_lost": Wish,
    "push_doubled": Wish,
    "push_delayed": Delayed,
    "push_reordered": Wish,
}
CONNECTION_KINDS: dict[str, Any] = {
    "drop": OnConnection,
    "silent": OnConnection,
    "slow": Slow,
    "disconnect": Disconnect,
}
TOKEN_KINDS: dict[str, Any] = {"token_expired": EndsTokens, "token_revoked": EndsTokens}
KINDS = REQUEST_KINDS | PUSH_KINDS | CONNECTION_KINDS | TOKEN_KINDS
ENDS_TOKENS = {"token_expired": "access_token_expired", "token_revoked": "access_token_revoked"}


class Abort(Exception):
    """Reset the connection instead of answering."""


class HttpFailure(Exception):
    """Answer with a bare HTTP status, as a proxy in front of LiveChat would.

    A body that is no text is sent as JSON, with any status, as LiveChat itself may do.
    """

    def __init__(self, status: int, body: Any = None, retry_after: int | None = None) -> None:
        self.status, self.body, self.retry_after = status, body, retry_after
        super().__init__(str(status))


def check_wish(wish: Payload) -> None:
    """Raises validation, naming what is wrong."""
    kind = wish["kind"]
    if kind not in KINDS:
        raise LiveChatError("validation", f"Unknown kind {kind}. There are: {', '.join(KINDS)}")
    check(KINDS[kind], wish)
    unknown = wish.keys() - KINDS[kind].__annotations__.keys()
    if unknown:
        raise LiveChatError("validation", f"{kind} has no {', '.join(sorted(unknown))}")
    if kind == "error" and wish["type"] not in STATUS_AND_MESSAGE:
        raise LiveChatError("validation", f"Unknown type of error {wish['type']}")
    if kind == "status" and wish["status"] < 400 and not holds_error(wish.get("body")):
        raise LiveChatError("validation", "`status` is 400 to 599, or `body` holds an `error`")
    if wish.get("transport") == "mcp" and kind != "down":
        raise LiveChatError("validation", "`mcp` meets `down` only")


def holds_error(body: Any) -> bool:
    """With a status of success this alone makes a failure."""
    return isinstance(body, dict) and "error" in body


@dataclass
class Fault:
    """One thing that goes wrong. Without a scope it meets every customer's every request."""

    kind: str
    side: str = "customer"
    transport: str | None = None
    method: str | None = None
    customer: str | None = None
    share: float = 1.0
    count: int | None = None
    ends_at: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def covers(self, side: str, transport: str, method: str, user_id: str | None) -> bool:
        return (
            self.is_for(side, user_id)
            and self.transport in (None, transport)
            and self.method in (None, method)
        )

    def is_for(self, side: str, user_id: str | None) -> bool:
        return self.side in ("any", side) and self.customer in (None, user_id)

    @property
    def when(self) -> str:
        return str(self.options.get("when", "now"))


@dataclass
class Disturbance:
    """The faults that one request meets."""

    faults: list[Fault]
    random: random.Random

    def of(self, kind: str) -> Iterable[Fault]:
        return (fault for fault in self.faults if fault.kind == kind)

    async def before(self, rules: Rules) -> None:
        """Raises Abort, HttpFailure or LiveChatError where the request gets no further."""
        await self._wait("before", rules)
        for fault in self.faults:
            options = fault.options
            if fault.kind == "reset_before":
                raise Abort
            if fault.kind == "down":
                raise HttpFailure(503)
            if fault.kind == "status":
                raise HttpFailure(
                    options["status"], options.get("body"), options.get("retry_after")
                )
            if fault.kind == "wrong_region":
                raise LiveChatError("misdirected_request", region=options["region"])
            if fault.kind == "error":
                message, data = options.get("message", ""), options.get("data", {})
                raise LiveChatError(options["type"], message, **data)

    async def after(self, rules: Rules) -> None:
        """The request took effect; raises Abort or LiveChatError instead of the answer."""
        await self._wait("after", rules)
        if any(self.of("reset_after")):
            raise Abort

    async def _wait(self, when: str, rules: Rules) -> None:
        seconds = sum(
            delay(fault, self.random)
            for fault in self.of("latency")
            if fault.options.get("when", "before") == when
        )
        await asyncio.sleep(min(seconds, rules.request_time))
        if seconds > rules.request_time:
            raise LiveChatError("request_timeout")

    def spoil(self, answer: bytes) -> bytes:
        """What of an answer arrives."""
        if any(self.of("malformed")):
            return b"<html>" + answer
        if self.truncates:
            return answer[: len(answer) // 2]
        return answer

    @property
    def truncates(self) -> bool:
        return any(self.of("truncated"))


def delay(fault: Fault, source: random.Random) -> float:
    """Seconds, at random within the jitter to both sides, never negative."""
    jitter = fault.options.get("jitter", 0.0)
    seconds: float = fault.options["seconds"] + source.uniform(-jitter, jitter)
    return max(0.0, seconds)


class Faults:
    """All faults that are switched on."""

    def __init__(self, clock: Clock, connections: Connections, start: str) -> None:
        self._clock = clock
        self._connections = connections
        self._random = random.Random(start)  # noqa: S311 - repeatable on purpose
        self._held: dict[Connection, list[bytes]] = {}
        self.active: list[Fault] = []

    # --- switching on and off -----------------------------------------------------------------

    def switch_on(self, wishes: Any) -> list[Fault]:
        """Raises validation; then none of the wishes was heard."""
        check(list[Wish], wishes)
        for wish in wishes:
            check_wish(wish)
        made = [self._fault(wish) for wish in wishes]
        for fault in made:
            self._switch_on(fault)
        return made

    def _fault(self, wish: dict[str, Any]) -> Fault:
        scope = {name: wish[name] for name in SCOPE if name in wish and name != "duration"}
        ends_at = None
        if "duration" in wish:
            ends_at = self._clock.time() + wish["duration"]
        options = {name: wish[name] for name in wish.keys() - SCOPE - {"kind"}}
        if wish["kind"] == "down":
            scope.setdefault("side", "any")
        return Fault(kind=wish["kind"], ends_at=ends_at, options=options, **scope)

    def _switch_on(self, fault: Fault) -> None:
        if fault.kind in TOKEN_KINDS:
            return  # who knows the tokens ends them
        if fault.kind in CONNECTION_KINDS and fault.when == "now":
            self._strike_now(fault)
            return
        self.active.append(fault)
        if fault.kind == "down":
            for connection in self._met_by(fault):
                connection.wire.abort()

    def clear(self) -> None:
        self.active.clear()
        for connection in list(self._held):
            self._let_go(connection)
        for connection in self._connections.all:
            connection.wire.delay = 0.0

    def describe_all(self) -> list[dict[str, Any]]:
        self._forget_the_ended()
        return [
            {name: value for name, value in asdict(fault).items() if value is not None}
            for fault in self.active
        ]

    def _forget_the_ended(self) -> None:
        now = self._clock.time()
        self.active = [
            fault
            for fault in self.active
            if fault.count != 0 and (fault.ends_at is None or fault.ends_at > now)
        ]

    def _strike(
        self,
        kinds: Iterable[str],
        side: str,
        transport: str,
        method: str,
        user_id: str | None,
        when: str | None = None,
    ) -> list[Fault]:
        """Which faults happen now; each is counted."""
        if not self.active:
            return []
        self._forget_the_ended()
        struck = [
            fault
            for fault in self.active
            if fault.kind in kinds
            and (when is None or fault.when == when)
            and fault.covers(side, transport, method, user_id)
            and (fault.share >= 1 or self._random.random() < fault.share)
        ]
        for fault in struck:
            if fault.count is not None:
                fault.count -= 1
        return struck

    # --- requests -----------------------------------------------------------------------------

    def on_request(
        self, side: str, transport: str, method: str, user_id: str | None
    ) -> Disturbance | None:
        """What a request meets, None if all is well."""
        struck = self._strike(REQUEST_KINDS, side, transport, method, user_id)
        return Disturbance(struck, self._random) if struck else None

    # --- connections --------------------------------------------------------------------------

    def _met_by(self, fault: Fault) -> list[Connection]:
        return [
            connection
            for connection in list(self._connections.all)
            if fault.is_for(connection.side, connection.user_id)
        ]

    def _strike_now(self, fault: Fault) -> None:
        for connection in self._met_by(fault):
            if self.strikes(fault):
                self._disturb(connection, fault)

    def strikes(self, fault: Fault) -> bool:
        """Whether a fault happens to one more of those it is meant for; each time is counted."""
        if fault.count == 0 or self._random.random() >= fault.share:
            return False
        if fault.count is not None:
            fault.count -= 1
        return True

    def is_down(self, side: str, transport: str, method: str) -> bool:
        """For what meets no other fault: handshakes, MCP."""
        return bool(self._strike(("down",), side, transport, method, None))

    def on_connect(self, connection: Connection) -> None:
        for fault in self._strike(
            ("wrong_region",), connection.side, "rtm", "connect", connection.user_id
        ):
            connection.disconnect("misdirected_connection", region=fault.options["region"])
        self._on("connect", connection)

    def on_login(self, connection: Connection) -> None:
        self._on("login", connection)

    def _on(self, when: str, connection: Connection) -> None:
        side, user_id = connection.side, connection.user_id
        for fault in self._strike(CONNECTION_KINDS, side, "rtm", when, user_id, when):
            self._disturb(connection, fault)

    def _disturb(self, connection: Connection, fault: Fault) -> None:
        if fault.kind == "drop":
            connection.wire.abort()
        elif fault.kind == "silent":
            connection.wire.freeze()
        elif fault.kind == "slow":
            connection.wire.delay = fault.options["seconds"]
        elif fault.kind == "disconnect":
            connection.disconnect(fault.options["reason"], **fault.options.get("data", {}))

    # --- pushes -------------------------------------------------------------------------------

    def send_push(self, connection: Connection, action: str, frame: bytes) -> None:
        """Send a push, unless a fault has other plans for it."""
        struck = self._strike(PUSH_KINDS, connection.side, "rtm", action, connection.user_id)
        kinds = {fault.kind for fault in struck}
        if "push_lost" in kinds:
            return
        if "push_reordered" in kinds and connection not in self._held:
            self._hold(connection, frame)
            return
        times = 2 if "push_doubled" in kinds else 1
        delays = [fault for fault in struck if fault.kind == "push_delayed"]
        for _ in range(times):
            if delays:
                loop = asyncio.get_running_loop()
                wait = sum(delay(fault, self._random) for fault in delays)
                loop.call_later(wait, connection.wire.send, frame)
            else:
                connection.wire.send(frame)
        self._let_go(connection)

    def _hold(self, connection: Connection, frame: bytes) -> None:
        """Keep a push back until another one has overtaken it."""
        self._held[connection] = [frame]
        asyncio.get_running_loop().call_later(HELD_LONGEST, self._let_go, connection)

    def _let_go(self, connection: Connection) -> None:
        for frame in self._held.pop(connection, ()):
            connection.wire.send(frame)
