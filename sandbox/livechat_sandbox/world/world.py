"""One running sandbox: its organizations, who is connected, and delivering what they are told."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.clock import Clock
from livechat_sandbox.platform.configuration import Rules
from livechat_sandbox.platform.people import customers
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Eviction, Organization, Push
from livechat_sandbox.platform.tokens import agent_tokens, customer_tokens
from livechat_sandbox.world import seed
from livechat_sandbox.world.connections import Connection, Connections
from livechat_sandbox.world.faults import ENDS_TOKENS, Fault, Faults
from livechat_sandbox.world.journal import Journal

logger = logging.getLogger(__name__)


class Listener(Protocol):
    """Whoever acts on what agents are told."""

    def hears(self, organization: Organization, push: Push) -> None: ...

    def forget(self) -> None:
        """Another state is taken: nothing of the one before goes on."""


class World:
    """Whoever starts a sandbox makes one; what serves it is handed it. Knows no other."""

    def __init__(
        self,
        base_url: str,
        *,
        hosts: Sequence[str] = (),
        reaches_private_addresses: bool = False,
    ) -> None:
        self.base_url = base_url  # how clients reach this sandbox
        # Other names of this machine, for the sandbox's own addresses.
        self.hosts = [name.lower() for name in hosts]
        self.reaches_private_addresses = reaches_private_addresses
        self.listeners: list[Listener] = []
        self.connections = Connections()
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None  # by the real clock
        self.begin()

    def begin(self, start: str | None = None) -> None:
        """Start afresh. With the same `start`, ids and tokens repeat."""
        self.connections.close_all()
        start = start or secrets.token_hex(8)
        clock = Clock()
        self.take(start, clock, seed.organizations(clock, start, self.base_url))

    def take(self, start: str, clock: Clock, organizations: dict[str, Organization]) -> None:
        """Go on from this state."""
        self.start, self.clock, self.organizations = start, clock, organizations
        self.faults = Faults(clock, self.connections, start)
        self.journal = Journal(clock)
        for organization in organizations.values():
            organization.base_url = self.base_url
            organization.reaches_private_addresses = self.reaches_private_addresses
        self._license_ids = {each.license_id: each for each in organizations.values()}
        for listener in self.listeners:
            listener.forget()

    def organization_of_license(self, license_id: int) -> Organization | None:
        return self._license_ids.get(license_id)

    def rules_of(self, connection: Connection) -> Rules:
        return connection.organization.rules if connection.organization else Rules()

    def switch_on(self, wishes: Any) -> None:
        """Let faults happen. Raises validation; then none of the wishes was heard."""
        for fault in self.faults.switch_on(wishes):
            if fault.kind in ENDS_TOKENS:
                self._end_tokens(fault)

    def _end_tokens(self, fault: Fault) -> None:
        """Also those that no connection uses; of agents those that apps were given."""
        reason = ENDS_TOKENS[fault.kind]
        for organization in self.organizations.values():
            for token in list(organization.customer_tokens.values()):
                if fault.is_for("customer", token.customer_id) and self.faults.strikes(fault):
                    customer_tokens.end(organization, token, reason)
            for issued in list(organization.oauth_tokens.values()):
                if fault.is_for("agent", issued.agent_id) and self.faults.strikes(fault):
                    agent_tokens.end(organization, issued, reason)
            self.deliver(organization)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that takes its time, beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
            for connection in self.connections.of(user_id):
                answers = connection is requester and push.answers_request
                answered = answered or answers
                tell(self.push, connection, push, request_id if answers else None)
        for listener in self.listeners:
            tell(listener.hears, organization, push)
        return answered

    def push(self, connection: Connection, push: Push, request_id: str | None = None) -> None:
        """Send a push on one connection, as far as faults allow it."""
        connection.push(push, self.faults.send_push, request_id)

    def _evict(self, eviction: Eviction) -> None:
        for connection in self.connections.of(eviction.user_id):
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
        try:
            self.clock.run_due_timers()
        finally:
            self.deliver_all()

    def advance(self, seconds: float) -> None:
        """Skip time; whatever falls due happens, in order, before this returns."""
        self.clock.advance(seconds)
        self.deliver_all()

    def apply_rules(self, organization: Organization) -> None:
        chats.watch_all(organization)
        for customer in organization.customers.values():
            customers.close_chat_later(customer)
        for connection in list(self.connections.all):
            if connection.organization is organization:
                connection.on_new_rules()
        routing.drain_queue(organization)
        self.deliver(organization)


def tell(somebody: Callable[..., None], *news: Any) -> None:
    """Whoever fails at taking the news keeps it from nobody else."""
    try:
        somebody(*news)
    except Exception:
        logger.exception("a push was not taken")
