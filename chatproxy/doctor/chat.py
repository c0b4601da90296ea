"""The chat that is examined: who the customer is, what is open, what was told."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from chatproxy.doctor.answering import Answerer
from chatproxy.doctor.outcomes import Trouble
from chatproxy.doctor.recording import Recording
from chatproxy.doctor.service import ExaminedService
from chatproxy.livechat.accounts import Grant
from chatproxy.livechat.customer_api import CustomerApi
from chatproxy.livechat.errors import LiveChatError, TokenRejected
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import parse_push
from chatproxy.livechat.rtm import Connection, Disconnected, Visit, login_payload
from chatproxy.livechat.service import Reason, tell_of_call
from chatproxy.livechat.structures import Json


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: until a push must have come, and in which more may come after a step."""

    push: float = 15.0
    calm: float = 1.0


class OneToken:
    """LiveChat is not asked for another one."""

    def __init__(self, value: str) -> None:
        self._value = value

    def token(self) -> str:
        return self._value

    def renew(self, instead_of: str) -> str:
        raise TokenRejected("the token")


@dataclass(frozen=True, slots=True)
class Said:
    """An event of ours."""

    thread_id: str
    event_id: str


@dataclass
class ExaminedChat:
    """Of one customer with the agents of `organization`, over the Web API and over RTM."""

    organization: Organization
    service: ExaminedService
    answerer: Answerer
    patience: Patience = field(default_factory=Patience)
    grants: list[Grant] = field(default_factory=list)
    chat_id: str = ""
    thread_id: str = ""
    is_active: bool = False  # or may be: whether a request for it arrived is not known
    said: list[Said] = field(default_factory=list)
    unknown_pushes: Counter[str] = field(default_factory=Counter)
    connection: Connection | None = None

    def __post_init__(self) -> None:
        self._pushes: list[tuple[str, Json]] = []
        self._first_of_step = 0
        self._told = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self.service.ear.on_push = self._hear

    @property
    def recording(self) -> Recording:
        return self.service.ear.recording

    @property
    def customer_id(self) -> str:
        return self.grants[-1].entity_id

    @property
    def api(self) -> CustomerApi:
        return self.api_with(self.grants[-1].access_token)

    def api_with(self, token: str) -> CustomerApi:
        """Acting with a token that may be of nobody."""
        return CustomerApi(self.organization, OneToken(token))

    # The websocket

    async def log_in(self) -> None:
        """Raises Disconnected or LiveChatError."""
        token = self.grants[-1].access_token
        page = self.organization.page_url or self.organization.redirect_uri
        visit = Visit(url=page, title="Connection check")
        with tell_of_call(self.service, "rtm", "login", Reason.TEST):
            self.connection = await Connection.log_in(
                self.organization,
                self.organization.region_of(token),
                token,
                login_payload(self.organization, visit, {}),
                "",
            )
        self._listening = asyncio.create_task(self._listen(self.connection))

    async def act(self, action: str, payload: Json) -> Json:
        """Over RTM. Raises LiveChatError."""
        assert self.connection, "no step after the login is made without one"
        with tell_of_call(self.service, "rtm", action, Reason.TEST):
            return await self.connection.act(action, payload)

    @property
    def is_connected(self) -> bool:
        return self._listening is not None and not self._listening.done()

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
        if self.connection:
            await self.connection.close()

    async def _listen(self, connection: Connection) -> None:
        with suppress(Disconnected):
            async for _ in connection.pushes():
                pass

    # What is told

    def begin(self, step: str) -> None:
        """What is heard from now on belongs to this step."""
        self.service.ear.begin(step)
        self._first_of_step = len(self._pushes)

    def _hear(self, action: str, payload: Json) -> None:
        self._pushes.append((action, payload))
        if parse_push(action, payload) is None:
            self.unknown_pushes[action] += 1
        self._told.set()

    async def wait_for(self, action: str, fits: Callable[[Json], bool] = bool) -> Json:
        """The payload of the first such push of this step. Raises Trouble."""
        return await self._first(action, fits, self._first_of_step, self.patience.push)

    async def wait_for_answer(self, fits: Callable[[Json], bool]) -> Json:
        """As `wait_for`, for an event of somebody who may have spoken at any time."""
        return await self._first("incoming_event", fits, 0, self.answerer.patience)

    def is_of_this_step(self, told: Json) -> bool:
        """Whether this payload came since the step began."""
        return any(payload is told for _, payload in self._pushes[self._first_of_step :])

    async def _first(
        self, action: str, fits: Callable[[Json], bool], since: int, patience: float
    ) -> Json:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while True:
                    for told, payload in self._pushes[since:]:
                        if told == action and fits(payload):
                            return payload
                    self._told.clear()
                    await self._told.wait()
        raise Trouble(f"The push {action} did not come within {patience:.0f} seconds.")

    async def come_to_rest(self) -> None:
        """Whatever LiveChat tells in consequence belongs to this step."""
        if self.connection and self.is_connected:
            with suppress(Disconnected):
                await self.connection.hear_out()
            await asyncio.sleep(self.patience.calm)

    # What is said

    def say(self, event: Json) -> str:
        """Over the Web API; the event's id. Raises LiveChatError."""
        event_id = self.api.send_event(self.chat_id, with_custom_id(event))
        self.said.append(Said(self.thread_id, event_id))
        return event_id

    @contextmanager
    def expect_refusal(self, *kinds: type[LiveChatError]) -> Iterator[None]:
        """LiveChat has to say no, in one of these ways. Raises Trouble."""
        try:
            yield
        except kinds:
            return
        except LiveChatError as error:
            raise Trouble(
                f"LiveChat says no in other words than we expect ({kinds[0].type}): {error}."
            ) from error
        raise Trouble(f"LiveChat did not refuse what it should ({kinds[0].type}).")


def with_custom_id(event: Json) -> Json:
    return {**event, "custom_id": str(uuid.uuid4())}


def message(text: str) -> Json:
    return with_custom_id({"type": "message", "text": text})
