"""Customers and their tabs, for tests."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chatproxy.acting import ActingCustomer
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import EventDeleted, EventUpdated, IncomingChat, IncomingEvent, Push
from chatproxy.livechat.rtm import Visit
from chatproxy.livechat.structures import Chat, Event, Message, Thread
from chatproxy.models import Customer, hash_of
from chatproxy.relay.relay import Relay
from chatproxy.relay.tabs import Tab
from chatproxy.relay.updates import ConnectionState, Conversation, Happened, Snapshot, State, Update
from tests.sandbox_rig import Agent, Sandbox

Again = Callable[[], ActingCustomer]


def stored_customer(
    *,
    widget_key: str = "shop",
    token: str = "a-bearer-token",
    cst: str = "c0ffee",
    access_token: str = "dal:token",
    unseen_days: int = 0,
) -> Customer:
    """A customer in the database LiveChat has never heard of."""
    customer = Customer.objects.create(
        widget_key=widget_key,
        organization_id="7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44",
        entity_id="e2a4c3b0-91d7-4f6e-8c55-0d1b7a6f3e92",
        cid="e2a4c3b0-91d7-4f6e-8c55-0d1b7a6f3e92",
        cst=cst,
        access_token=access_token,
        fresh_until=timezone.now() + dt.timedelta(hours=7),
        last_seen_at=timezone.now() - dt.timedelta(days=unseen_days),
    )
    customer.bearer_tokens.create(token_hash=hash_of(token))
    return customer


def delete_event(api: ActingCustomer, chat_id: str, thread_id: str, event_id: str) -> None:
    """Take back what the customer said, as another client of theirs may: our panel does not."""
    where = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
    api._act("delete_event", where)


class Watcher:
    """A tab that keeps what it is told, as a panel would: each event once, in its place."""

    def __init__(
        self,
        relay: Relay,
        customer: Customer,
        organization: Organization,
        since: str = "",
        visit: dict[str, Any] | None = None,
    ) -> None:
        self.updates: list[Update] = []
        self.threads: dict[str, dict[str, Event]] = {}
        self._told = asyncio.Event()
        self._relay, self._customer = relay, customer
        visiting = Visit(**(visit or {}))
        self._tab: Tab | None = relay.attach(customer, organization, visiting, self.show, since)

    async def show(self, update: Update) -> None:
        self.updates.append(update)
        match update:
            case Snapshot(threads=threads):
                for thread in threads:
                    self.threads[thread.id] = {event.id: event for event in thread.events}
            case Happened(push=IncomingChat(chat=Chat(thread=Thread() as thread))):
                self.threads[thread.id] = {event.id: event for event in thread.events}
            case Happened(push=IncomingEvent() | EventUpdated() as push):
                self.threads[push.thread_id][push.event.id] = push.event
            case Happened(push=EventDeleted() as push):
                self.threads[push.thread_id].pop(push.event_id, None)
        self._told.set()

    def leave(self) -> None:
        if self._tab:
            self._relay.detach(self._customer.pk, self._tab)
            self._tab = None

    async def until(self, holds: Callable[[], object], seconds: float = 30) -> None:
        """Wait until what is shown is so."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._told.clear()
                await self._told.wait()

    async def snapshot(self, number: int = 1) -> Snapshot:
        """The snapshot with this number, when it has come."""
        await self.until(lambda: len(self.snapshots) >= number)
        await self.until(lambda: self.state is State.LIVE)
        return self.snapshots[number - 1]

    async def shows(self, *texts: str) -> None:
        """Wait for exactly these messages, in this order."""
        try:
            await self.until(lambda: self.texts == list(texts))
        except TimeoutError:
            raise AssertionError(f"{self.texts} instead of {list(texts)}") from None

    @property
    def texts(self) -> list[str]:
        threads = (self.threads[thread_id] for thread_id in sorted(self.threads, key=self._began))
        events = (sorted(thread.values(), key=lambda event: event.sort_key) for thread in threads)
        return [event.text for thread in events for event in thread if isinstance(event, Message)]

    def _began(self, thread_id: str) -> str:
        events = self.threads[thread_id].values()
        return min((event.created_at for event in events), default="")

    @property
    def snapshots(self) -> list[Snapshot]:
        return [update for update in self.updates if isinstance(update, Snapshot)]

    @property
    def states(self) -> list[State]:
        return [update.state for update in self.updates if isinstance(update, ConnectionState)]

    @property
    def state(self) -> State | None:
        return self.states[-1] if self.states else None

    @property
    def connection_state(self) -> ConnectionState:
        return [update for update in self.updates if isinstance(update, ConnectionState)][-1]

    @property
    def conversation(self) -> Conversation:
        known = [u for u in self.updates if isinstance(u, Snapshot | Happened)]
        return known[-1].conversation

    def heard(self, kind: type[Push]) -> list[Any]:
        """The pushes of this kind that came one by one."""
        return [
            update.push
            for update in self.updates
            if isinstance(update, Happened) and isinstance(update.push, kind)
        ]


async def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


async def has_left(customer: Customer, agent: Agent) -> bool:
    """Whether LiveChat holds the customer for offline."""
    seen = await in_thread(lambda: agent.call("get_customer", id=customer.entity_id))
    return not seen["online"]


def has_begun(sandbox: Sandbox) -> bool:
    """Whether the one request that a fault waits for has come."""
    return not sandbox.control("faults", method="GET")["faults"]


def threads(api: ActingCustomer) -> list[Thread]:
    """All threads of the customer's chats, oldest first."""
    found: list[Thread] = []
    for chat in api.list_chats():
        found += api.list_threads(chat.id, events=100).threads
    return found[::-1]


def all_said(api: ActingCustomer) -> list[str]:
    return [text for thread in texts_of(api) for text in thread]


def texts_of(api: ActingCustomer) -> list[list[str]]:
    """What is written in each thread."""
    return [
        [event.text for event in thread.events if isinstance(event, Message)]
        for thread in threads(api)
    ]
