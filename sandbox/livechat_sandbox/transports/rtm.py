"""The RTM door: one websocket, frames in, responses and pushes out. Shared by both sides."""

import asyncio
import inspect
import json
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any, ClassVar, TypedDict

from channels.generic.websocket import AsyncWebsocketConsumer

from livechat_sandbox.platform import limits
from livechat_sandbox.platform.errors import STATUS_AND_MESSAGE, LiveChatError
from livechat_sandbox.platform.parameters import check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes.customer_versions import ALIASES, DEFAULT_VERSION, STAGES
from livechat_sandbox.transports import json_body
from livechat_sandbox.transports.methods import Caller, Method, call, method_for, refusal_of
from livechat_sandbox.world.connections import Connection
from livechat_sandbox.world.faults import Abort, Disturbance, HttpFailure
from livechat_sandbox.world.journal import Side
from livechat_sandbox.world.world import World


class Frame(TypedDict, total=False):
    request_id: str
    version: str
    author_id: str
    payload: Payload


class Subscribing(TypedDict, total=False):
    """What a login says of pushes: which, by version."""

    pushes: dict[str, list[str]]


class RtmConsumer(AsyncWebsocketConsumer, ABC):
    """Everything about a connection that customers and agents have in common.

    A subclass names its side and methods, says who may open a connection (`admit`) and what
    logging in means (`log_in`).
    """

    side: ClassVar[Side]
    methods: ClassVar[Mapping[str, Method]]
    versions: ClassVar[tuple[str, ...]]
    shape: ClassVar[Any]  # a function: an answer as a version has it

    connection: Connection
    caller: Caller | None = None
    looks = 0  # only the newest timer counts

    @property
    def world(self) -> World:
        world: World = self.scope["world"]
        return world

    # --- for subclasses -----------------------------------------------------------------------

    def admit(self) -> None:
        """Refuse a connection right after it opened, by `self.connection.disconnect(...)`."""

    @abstractmethod
    def log_in(self, version: str, payload: Payload) -> tuple[Caller, Any]:
        """Returns who logged in and the answer; counts it as a request. Raises LiveChatError."""

    # --- life of a connection -----------------------------------------------------------------

    async def connect(self) -> None:
        self.pending: set[asyncio.Task[None]] = set()
        world = self.world
        self.opened_at = world.clock.time()
        asked = self.scope["url_route"]["kwargs"].get("version") or DEFAULT_VERSION
        version = ALIASES.get(asked, asked)
        ip = self.scope["client"][0] if self.scope["client"] else ""
        self.connection = Connection(world.connections, self.side, self.scope["wire"], version, ip)
        self.scope["wire"].when_closed(self.leave)
        if world.faults.is_down(self.side, "rtm", "connect"):
            await self.close()
            return
        world.connections.add(self.connection)
        await self.accept(headers=stage_headers(asked))
        if version not in self.versions:
            self.connection.version = self.versions[-1]
            self.connection.disconnect("unsupported_version")
            return
        self.admit()
        world.faults.on_connect(self.connection)
        self.connection.on_new_rules = self.watch
        self.watch()
        world.set_alarm()

    def watch(self) -> None:
        """Let go of a connection whose time is over, or look again when it may be."""
        self.looks += 1
        ends = min(self.ends(), default=None)
        if ends is None or not self.connection.is_open:
            return
        moment, reason = ends
        left = moment - self.world.clock.time()
        if left <= 0.001:
            self.connection.disconnect(reason)
        else:
            self.world.clock.call_later(left, self.look_again, self.looks)

    def look_again(self, look: int) -> None:
        if look == self.looks:
            self.watch()

    def ends(self) -> Iterator[tuple[float, str]]:
        """When the connection ends if nothing happens until then, and why.

        Silence ends it only where the organization asks for frames; Daphne looks after dead
        sockets itself.
        """
        rules = self.world.rules_of(self.connection)
        if self.caller is None:
            yield self.opened_at + rules.login_timeout, "connection_timeout"
        elif rules.ping_timeout is not None:
            yield self.heard_at + rules.ping_timeout, "connection_timeout"

    async def disconnect(self, code: int) -> None:
        for task in self.pending:
            task.cancel()
        self.leave()

    def leave(self) -> None:
        self.connection.leave()
        if self.connection.organization:
            self.world.deliver(self.connection.organization)

    # --- frames -------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.connection.is_open:
            return
        self.heard_at = self.world.clock.time()
        frame = read_frame(text_data)
        problem = complaint_about(frame)
        if problem:
            self.finish(frame, False, problem.body())
        elif len(self.pending) >= self.world.rules_of(self.connection).pending_requests:
            self.finish(frame, False, LiveChatError("pending_requests_limit_reached").body())
        else:
            self.serve(frame)

    def serve(self, frame: Payload) -> None:
        """Answer at once, or in a task of its own where something has to be waited for."""
        connection = self.connection
        faults = self.world.faults
        disturbance = faults.on_request(self.side, "rtm", frame["action"], connection.user_id)
        if disturbance:
            self.wait_for(self.serve_disturbed(frame, disturbance))
            return
        try:
            result = self.run(frame)
        except Exception as error:
            self.finish(frame, False, refusal_of(error).body())
            return
        if inspect.isawaitable(result):
            self.wait_for(self.serve_slowly(frame, result))
        else:
            self.finish(frame, True, result)

    def wait_for(self, answering: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answering)
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)

    async def serve_disturbed(self, frame: Payload, disturbance: Disturbance) -> None:
        """Answer as far as the faults allow it. There is no HTTP status to fail with."""
        rules = self.world.rules_of(self.connection)
        try:
            await disturbance.before(rules)
            try:
                success, answer = True, self.run(frame)
                if inspect.isawaitable(answer):
                    answer = await answer
            except Exception as error:
                success, answer = False, refusal_of(error).body()
            await disturbance.after(rules)
        except LiveChatError as error:
            success, answer = False, error.body()
        except (Abort, HttpFailure):
            self.connection.wire.abort()
            self.note(frame, 0, 0)
            self.deliver(frame)
            return
        text = json.dumps(response_to(frame, success, answer))
        self.send(frame, success, answer, disturbance.spoil(text.encode()))
        self.deliver(frame)

    async def serve_slowly(self, frame: Payload, result: Any) -> None:
        try:
            answer = await result
        except Exception as error:
            self.finish(frame, False, refusal_of(error).body())
        else:
            self.finish(frame, True, answer)

    def finish(self, frame: Payload, success: bool, answer: Any) -> None:
        """The response first, then the pushes that the request caused."""
        text = json.dumps(response_to(frame, success, answer), separators=(",", ":"))
        self.send(frame, success, answer, text.encode())
        self.deliver(frame)

    def send(self, frame: Payload, success: bool, answer: Any, response: bytes) -> None:
        self.connection.wire.send(response)
        status = 200 if success else STATUS_AND_MESSAGE[answer["error"]["type"]][0]
        self.note(frame, status, len(response))

    def note(self, frame: Payload, status: int, size: int) -> None:
        """Put a request and its answer into the journal."""
        action, journal = str(frame.get("action", "")), self.world.journal
        origin = dict(self.scope["headers"]).get(b"origin", b"").decode("latin1")
        journal.note(self.side, "rtm", action, status, size, origin)

    def deliver(self, frame: Payload) -> None:
        organization = self.connection.organization
        if organization:
            self.world.deliver(organization, self.connection, frame.get("request_id"))

    def run(self, frame: Payload) -> Any:
        """Do what a frame asks for. Raises LiveChatError."""
        action, payload = frame["action"], frame.get("payload") or {}
        version = self.version_of(frame)
        if action == "ping":
            return {}
        if action == "login":
            return self.first_login(version, payload)
        if self.caller is None:
            raise LiveChatError("authentication", "Log in first")
        method = method_for(self.methods, action, version, "rtm")
        self.caller.version = version
        self.check_caller(self.caller)
        limits.count(self.caller.organization)
        result = call(method, self.caller, payload)
        return result if inspect.isawaitable(result) else self.shape(result, version)

    def version_of(self, frame: Payload) -> str:
        """The connection's, or a newer one that the frame names. Raises unsupported_version."""
        version = frame.get("version", self.connection.version)
        version = ALIASES.get(version, version)
        if version not in self.versions or version < self.connection.version:
            raise LiveChatError("unsupported_version")
        return version

    def check_caller(self, caller: Caller) -> None:
        """Refuse a request of somebody who logged in earlier."""

    def first_login(self, version: str, payload: Payload) -> Any:
        if self.caller is not None:
            raise LiveChatError("validation", "Already logged in")
        check(Subscribing, payload)
        caller, answer = self.log_in(version, payload)
        assert caller.person is not None
        self.caller = caller
        self.connection.subscriptions = subscriptions(
            payload.get("pushes"), self.connection.version, self.versions
        )
        self.world.connections.log_in(self.connection, caller.organization, caller.person.id)
        self.world.faults.on_login(self.connection)
        self.watch()
        return self.shape(answer, version)


def stage_headers(version: str) -> list[tuple[bytes, bytes]]:
    """What a version near its end says with the handshake."""
    if version not in STAGES:
        return []
    header, ends = STAGES[version]
    return [(header.encode(), ends.encode())]


def response_to(frame: Payload, success: bool, answer: Any) -> Payload:
    response: Payload = {
        "action": frame.get("action", ""),
        "type": "response",
        "success": success,
        "payload": answer,
    }
    if isinstance(frame.get("request_id"), str):
        response = {"request_id": frame["request_id"]} | response
    return response


def read_frame(frame_text: str | None) -> Payload:
    """What was sent, as far as it can be read."""
    try:
        frame = json_body.decode(frame_text or "")
    except json_body.NotJson:
        return {}
    return frame if isinstance(frame, dict) else {}


def complaint_about(frame: Payload) -> LiveChatError | None:
    if not isinstance(frame.get("action"), str):
        return LiveChatError("validation", "A frame is a JSON object with an `action`")
    try:
        check(Frame, {key: value for key, value in frame.items() if value is not None})
    except LiveChatError as error:
        return error
    return None


def subscriptions(
    wished: Mapping[str, list[str]] | None, own_version: str, served: tuple[str, ...]
) -> dict[str, frozenset[str] | None]:
    """Which pushes in which version; names that do not exist do no harm."""
    if wished is None:
        return {own_version: None}
    return {
        version: None if "all" in names else frozenset(names)
        for asked, names in wished.items()
        if (version := ALIASES.get(asked, asked)) in served
    }
