"""Who is live in this process: one RTM connection for each customer, every tab told the same.

A tab is a callable that shows an update. It first gets a snapshot, then every push, in order;
after each gap another snapshot. Nothing is lost in between: what arrives while a tab's
snapshot is being read is held back and told right after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings

from . import customer_api, rtm
from .errors import LiveChatError, NotConnected, Unreachable
from .models import Customer
from .organization import Organization
from .pushes import IncomingChat, IncomingEvent, Push, SideStorageUpdated
from .reactions import backoff, reaction_to
from .rtm import Connection, Disconnected, Visit
from .structures import ChatSummary, Json, Thread, ThreadPage
from .updates import Conversation, Happened, Snapshot, Standing, State, Update

logger = logging.getLogger(__name__)

Show = Callable[[Update], Awaitable[None]]

LATEST_EVENTS = 25  # in a snapshot, at least
PAGES_BACK = 20  # read at most to bridge a gap
READ_TRIES = 4
STEADY_AFTER = 10.0  # seconds logged in before a loss counts as the first again
HELD_LIMIT = 500  # updates held for one tab, past which its snapshot is read anew


class Tab:
    """One open panel of a customer. `since` is the last event it shows, "" for none."""

    __slots__ = ("held", "reading", "show", "since")

    def __init__(self, show: Show, since: str) -> None:
        self.show = show
        self.since = since
        self.held: list[Push] | None = []  # None once the tab has its snapshot
        self.reading: asyncio.Task[None] | None = None


class LiveCustomer:
    """One customer's connection, kept while a tab is open."""

    def __init__(
        self, relay: Relay, customer: Customer, organization: Organization, visit: Visit
    ) -> None:
        self.relay = relay
        self.customer = customer
        self.organization = organization
        self.visit = visit
        self.tabs: set[Tab] = set()
        self.state = State.CONNECTING
        self.advice: Any = ""
        self.conversation = Conversation(customer_id=customer.entity_id)
        self.connection: Connection | None = None
        self.last_event_id = ""
        self.side_storage: dict[str, str] = {}
        self.linger: asyncio.TimerHandle | None = None
        self._awake = asyncio.Event()
        self._task = relay.start(self._run())

    def add(self, tab: Tab) -> None:
        self.tabs.add(tab)
        if self.linger:
            self.linger.cancel()
            self.linger = None
        if self.state in (State.RESUMING, State.LIVE):
            self._read_for(tab)
        else:
            self.wake()

    def remove(self, tab: Tab) -> None:
        self.tabs.discard(tab)
        if tab.reading:
            tab.reading.cancel()

    def wake(self) -> None:
        """The customer did something: worth a new try, even after a refusal."""
        self._awake.set()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def act(self, action: str, payload: Json) -> Json:
        self.wake()
        if self.connection is None:
            raise NotConnected(action)
        return await self.connection.act(action, payload)

    async def _run(self) -> None:
        """Stay logged in for as long as there is somebody to tell."""
        tries, renew = 0, False
        try:
            while True:
                await self._enter(State.CONNECTING)
                began = asyncio.get_running_loop().time()
                try:
                    await self._one_connection(renew_token=renew)
                except (Disconnected, LiveChatError) as error:
                    end = error
                if asyncio.get_running_loop().time() - began > STEADY_AFTER:
                    tries = 0
                reaction = reaction_to(end, tries)
                logger.info("customer %s: %r, then %r", self.customer.pk, end, reaction)
                renew, tries = reaction.renew_token, tries + 1
                if reaction.region:
                    await asyncio.to_thread(customer_api.move, self.organization, reaction.region)
                await self._rest(reaction.delay, reaction.advice)
        finally:
            self.state = State.CLOSED
            self._forget_reads()

    async def _rest(self, delay: float | None, advice: Any) -> None:
        """Wait before the next try, or for the customer; a new tab ends both."""
        self._awake.clear()
        await self._enter(State.REFUSED if delay is None else State.WAITING, advice)
        try:
            async with asyncio.timeout(delay):
                await self._awake.wait()
        except TimeoutError:
            pass

    async def _one_connection(self, *, renew_token: bool) -> None:
        """Log in, catch up, hand out; ends only by raising Disconnected or LiveChatError."""
        async with self.relay.logins:
            connection = await self._log_in(renew_token=renew_token)
        self.connection = connection
        try:
            await self._enter(State.RESUMING)
            for tab in self.tabs:
                tab.since = tab.since if tab.held is not None else self.last_event_id
                tab.held = []
                self._read_for(tab)
            async for push in connection.pushes():
                await self._hand_out(push)
        finally:
            self.connection = None
            self._forget_reads()
            await connection.close()

    async def _log_in(self, *, renew_token: bool) -> Connection:
        token = await database_sync_to_async(self._token, thread_sensitive=False)(renew_token)
        region = await asyncio.to_thread(customer_api.region_of, self.organization)
        payload = rtm.login_payload(self.organization, self.visit, self.side_storage)
        connection = await Connection.log_in(
            self.organization, region, token, payload, self.visit.user_agent
        )
        if self.customer.entity_id != self.conversation.customer_id:
            self.conversation = Conversation(customer_id=self.customer.entity_id)
            self.last_event_id = ""
        return connection

    def _token(self, renew: bool) -> str:
        if renew:
            return self.customer.renew_token(
                self.organization, instead_of=self.customer.access_token
            )
        return self.customer.fresh_token(self.organization)

    async def _hand_out(self, push: Push) -> None:
        if isinstance(push, SideStorageUpdated):
            self.side_storage = push.customer_side_storage
            return
        self.conversation = self.conversation.after(push)
        if isinstance(push, IncomingEvent):
            self.last_event_id = push.event.id
        if isinstance(push, IncomingChat) and push.chat.thread and push.chat.thread.events:
            self.last_event_id = push.chat.thread.events[-1].id
        update = Happened(push, self.conversation)
        for tab in tuple(self.tabs):
            if tab.held is None:
                await self._tell(tab, update)
            elif len(tab.held) < HELD_LIMIT:
                tab.held.append(push)
            else:
                self._read_for(tab)

    async def _tell(self, tab: Tab, update: Update) -> None:
        """A tab that cannot be told is gone; its browser will come back for a snapshot."""
        try:
            await tab.show(update)
        except Exception:
            logger.exception("customer %s: a tab could not be told", self.customer.pk)
            self.remove(tab)

    async def _enter(self, state: State, advice: Any = "") -> None:
        self.state, self.advice = state, advice
        standing = Standing(state, advice)
        for tab in tuple(self.tabs):
            await self._tell(tab, standing)

    # Snapshots

    def _read_for(self, tab: Tab) -> None:
        if tab.reading:
            tab.reading.cancel()
        tab.held = []
        tab.reading = self.relay.start(self._catch_up(tab))

    def _forget_reads(self) -> None:
        for tab in self.tabs:
            if tab.reading:
                tab.reading.cancel()

    async def _catch_up(self, tab: Tab) -> None:
        """Show the tab everything as it is now, then what happened meanwhile."""
        for tries in range(READ_TRIES):
            try:
                snapshot = await self._read(tab.since)
                break
            except LiveChatError as error:
                logger.info("customer %s: reading the chat: %r", self.customer.pk, error)
                await asyncio.sleep(backoff(tries))
        else:
            if self.connection:
                await self.connection.close()  # then everything begins anew
            return
        conversation = snapshot.conversation
        await self._tell(tab, snapshot)
        while tab.held:
            push = tab.held.pop(0)
            conversation = conversation.after(push)
            await self._tell(tab, Happened(push, conversation))
        tab.held = None
        self.conversation, self.state = conversation, State.LIVE
        await self._tell(tab, Standing(State.LIVE))

    async def _read(self, since: str) -> Snapshot:
        """The latest threads, back to the one that holds the event `since`."""
        chat = await self._chat()
        if chat is None:
            return Snapshot(self.conversation)
        page = await self._page(chat.id, {"min_events_count": LATEST_EVENTS})
        threads = [*page.threads]
        for _page in range(PAGES_BACK):
            if not since or not page.next_page_id or _holds(threads, since):
                break
            page = await self._page(chat.id, {"page_id": page.next_page_id})
            threads += page.threads
        threads.reverse()
        if threads and threads[-1].events:
            self.last_event_id = threads[-1].events[-1].id
        conversation = self.conversation.with_chat(chat, tuple(threads))
        return Snapshot(conversation, tuple(threads), page.next_page_id)

    async def _chat(self) -> ChatSummary | None:
        answer = await self._ask("list_chats", {})
        summaries = answer.get("chats_summary") or answer.get("chats_info") or []
        return ChatSummary.parse(summaries[0]) if summaries else None

    async def _page(self, chat_id: str, payload: Json) -> ThreadPage:
        return ThreadPage.parse(await self._ask("list_threads", {"chat_id": chat_id, **payload}))

    async def _ask(self, action: str, payload: Json) -> Json:
        if self.connection is None:
            raise Unreachable(action)
        return await self.connection.act(action, payload)


def _holds(threads: Iterable[Thread], event_id: str) -> bool:
    return any(event.id == event_id for thread in threads for event in thread.events)


class Relay:
    """Everybody who is live in this process."""

    def __init__(self) -> None:
        self._live: dict[int, LiveCustomer] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.logins = asyncio.Semaphore(settings.RELAY_LOGINS_AT_ONCE)

    def attach(
        self,
        customer: Customer,
        organization: Organization,
        visit: Visit,
        show: Show,
        since: str = "",
    ) -> Tab:
        """Tell this tab everything about the customer from now on, a snapshot first."""
        live = self._live.get(customer.pk)
        if live is None:
            live = LiveCustomer(self, customer, organization, visit)
            self._live[customer.pk] = live
        tab = Tab(show, since)
        live.add(tab)
        return tab

    def detach(self, customer_pk: int, tab: Tab) -> None:
        """The tab is gone. With the last one, the connection goes a little later."""
        live = self._live.get(customer_pk)
        if live is None:
            return
        live.remove(tab)
        if not live.tabs and live.linger is None:
            live.linger = asyncio.get_running_loop().call_later(
                settings.RELAY_LINGER,
                lambda: self.start(self._leave(customer_pk, live)),
            )

    async def act(self, customer_pk: int, action: str, payload: Json) -> Json:
        """Do something over the customer's own connection. Raises LiveChatError."""
        live = self._live.get(customer_pk)
        if live is None:
            raise NotConnected(action)
        return await live.act(action, payload)

    async def drop(self, customer_pk: int) -> None:
        """Close the connection of a customer who was erased."""
        if live := self._live.pop(customer_pk, None):
            await live.close()

    async def close(self) -> None:
        """Leave LiveChat politely: every connection is closed."""
        leaving, self._live = self._live, {}
        await asyncio.gather(*(live.close() for live in leaving.values()))

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of ours; its failure is a bug and is logged once."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("a task of the relay failed", exc_info=error)

    async def _leave(self, customer_pk: int, live: LiveCustomer) -> None:
        if live.tabs or self._live.get(customer_pk) is not live:
            return
        del self._live[customer_pk]
        await live.close()


relay = Relay()
