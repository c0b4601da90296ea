"""Who is live in this process: one RTM connection for each customer, every tab told the same.

A tab is a callable that shows an update. It first gets a snapshot, then every push, in order;
after each gap another snapshot. Nothing is lost in between: what arrives while a tab's
snapshot is being read is held back and told right after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from channels.db import database_sync_to_async
from django.utils.functional import Promise

from chatproxy import conf, metrics
from chatproxy.livechat import rtm
from chatproxy.livechat.errors import LiveChatError, NotConnected, NotFound, TokenRejected
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import (
    EventUpdated,
    GroupsStatusUpdated,
    IncomingChat,
    IncomingEvent,
    PropertiesDeleted,
    PropertiesUpdated,
    Push,
    SideStorageUpdated,
)
from chatproxy.livechat.rtm import Connection, Disconnected, Visit
from chatproxy.livechat.service import Reason, tell_of_call
from chatproxy.livechat.structures import (
    Chat,
    ChatSummary,
    Event,
    Json,
    Thread,
    ThreadPage,
    parse_chats,
    parse_group_statuses,
)
from chatproxy.models import Customer
from chatproxy.observers import NOBODY, Observer
from chatproxy.relay.reactions import Reaction, backoff, reaction_to
from chatproxy.relay.updates import Conversation, Happened, Snapshot, Standing, State, Update

logger = logging.getLogger(__name__)

T = TypeVar("T")
Show = Callable[[Update], Awaitable[None]]

LATEST_EVENTS = 25  # in a snapshot, at least
PAGES_BACK = 100  # read at most to bridge a gap
READ_TRIES = 4
STEADY_AFTER = 10.0  # seconds logged in before a loss counts as the first again
HELD_LIMIT = 500  # pushes held for one tab, past which its snapshot is read anew


class Tab:
    """One open panel of a customer. `since` is the last event it shows, "" for none.

    `show` hands the update to the server and does not wait for the browser: who does not read
    is for the server to let go. It raises OSError when the browser has gone.
    """

    __slots__ = ("held", "show", "since")

    def __init__(self, show: Show, since: str) -> None:
        self.show = show
        self.since = since
        self.held: list[Push] | None = []  # what waits for its snapshot; None: up to date


class ExpectedTab(Tab):
    """A tab that is still being loaded: what it is told is kept until it comes."""

    __slots__ = ("ends", "kept")

    def __init__(self) -> None:
        super().__init__(self.keep, since="")
        self.kept: list[Update] = []
        self.ends: asyncio.TimerHandle | None = None

    async def keep(self, update: Update) -> None:
        if isinstance(update, Standing):  # only the last one counts
            self.kept = [kept for kept in self.kept if not isinstance(kept, Standing)]
        self.kept.append(update)


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
        self.expected: ExpectedTab | None = None
        self.standing = Standing(State.CONNECTING)
        self.conversation = Conversation(customer.entity_id, organization.group_id)
        self.connection: Connection | None = None
        self.last_event = Event()
        self.side_storage: dict[str, str] = {}
        self.linger: asyncio.TimerHandle | None = None
        self._why = Reason.OPENING  # what is read now
        self._awake = asyncio.Event()
        self._logged_in_at: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._task = relay.start(self._run())

    def add(self, tab: Tab) -> None:
        self.tabs.add(tab)
        if self.linger:
            self.linger.cancel()
            self.linger = None
        if self.connection:
            self._why = Reason.OPENING
            self._catch_up_soon()
        else:
            self.relay.start(self._tell(tab, self.standing))
            self.wake()

    def remove(self, tab: Tab) -> None:
        self.tabs.discard(tab)

    def expect(self) -> ExpectedTab:
        """Read the chat for a tab that will come."""
        self.expected = ExpectedTab()
        self.add(self.expected)
        return self.expected

    def welcome(self, tab: ExpectedTab, show: Show) -> None:
        """It is here: it learns what it was told, then goes on as any other."""
        self.expected = None
        if tab.ends:
            tab.ends.cancel()
        self.relay.start(self._hand_over(tab, show))

    async def _hand_over(self, tab: ExpectedTab, show: Show) -> None:
        while tab.kept:
            await self._tell(Tab(show, ""), tab.kept.pop(0))
        tab.show = show

    def wake(self) -> None:
        """The customer did something: worth a new try, even after a refusal."""
        self._awake.set()

    async def close(self) -> None:
        if self.linger:
            self.linger.cancel()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._enter(State.CLOSED)

    async def act(self, action: str, payload: Json) -> Json:
        self.wake()
        return await self._ask(action, payload, Reason.CUSTOMER)

    async def move(self, url: str, title: str) -> None:
        """The customer is on another page: agents see it now, and after the next login."""
        self.visit = replace(self.visit, url=url, title=title)
        with suppress(LiveChatError):
            await self.act("update_customer_page", {"url": url, "title": title})

    async def _run(self) -> None:
        """Stay logged in for as long as there is somebody to tell."""
        tries = 0
        while True:
            end = await self._end_of_one_connection()
            metrics.count_end(end)
            if isinstance(end, LiveChatError):
                self.relay.observer.fail(self.customer, end)
            if self._was_steady():
                tries = 0
            reaction = reaction_to(end, tries)
            tries, self._why = tries + 1, Reason.RECONNECT
            logger.info("customer %s: %r, then %r", self.customer.pk, end, reaction)
            if reaction.region:
                await asyncio.to_thread(self.organization.move, reaction.region)
            await self._rest(reaction)

    async def _rest(self, reaction: Reaction) -> None:
        """Wait before the next try, or for the customer, who may end both."""
        self._awake.clear()
        waits_for_customer = reaction.delay is None
        await self._enter(State.REFUSED if waits_for_customer else State.WAITING, reaction.advice)
        if reaction.firm:
            await asyncio.sleep(reaction.delay or 0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(reaction.delay):
                await self._awake.wait()

    def _was_steady(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._logged_in_at is not None and now - self._logged_in_at > STEADY_AFTER

    async def _end_of_one_connection(self) -> Disconnected | LiveChatError:
        self._logged_in_at = None
        await self._enter(State.CONNECTING)
        try:
            await self._one_connection()
        except (Disconnected, LiveChatError) as error:
            return error
        except Exception:
            logger.exception("customer %s: a connection ended by a bug", self.customer.pk)
        return Disconnected(rtm.LOST)

    async def _one_connection(self) -> None:
        """Log in, catch up, hand out; ends by raising Disconnected or LiveChatError."""
        async with self.relay.logins:
            connection = await self._log_in()
        self.connection = connection
        self._logged_in_at = asyncio.get_running_loop().time()
        try:
            await self._enter(State.RESUMING)
            self._resume()
            async for push in connection.pushes():
                with metrics.push.time():
                    await self._hand_out(push)
        finally:
            self.connection = None
            if self._reading:
                self._reading.cancel()
                self._reading = None
            await connection.close()

    async def _log_in(self) -> Connection:
        """With a fresh token and, should that be refused, with another one, once."""
        token, region = await self.relay.in_thread(self._token_and_region)
        try:
            connection = await self._log_in_with(token, region)
        except TokenRejected:
            token = await self.relay.in_thread(
                self.customer.renew_token, self.organization, instead_of=token
            )
            connection = await self._log_in_with(token, region)
        if self.customer.entity_id != self.conversation.customer_id:
            group_id = self.organization.group_id
            self.conversation = Conversation(self.customer.entity_id, group_id)
            self.last_event = Event()
        return connection

    def _token_and_region(self) -> tuple[str, str]:
        token = self.customer.fresh_token(self.organization)
        return token, self.organization.current_region

    async def _log_in_with(self, token: str, region: str) -> Connection:
        payload = rtm.login_payload(self.organization, self.visit, self.side_storage)
        with tell_of_call(self.organization.service, "rtm", "login", self._why):
            return await Connection.log_in(
                self.organization, region, token, payload, self.visit.user_agent
            )

    async def _hand_out(self, push: Push) -> None:
        if isinstance(push, SideStorageUpdated):
            self.side_storage = push.customer_side_storage
            return
        if _is_past(push, self.last_event):
            return
        if isinstance(push, IncomingEvent) and not self._follows(push):
            logger.info("customer %s: missed what came before %s", self.customer.pk, push.event.id)
            self._why = Reason.GAP
            self._resume()
        if isinstance(push, PropertiesUpdated | PropertiesDeleted) and push.event_id:
            self.relay.start(self._show_event_of(push))  # apart: its answer comes the same way
            return
        self.conversation = self.conversation.after(push)
        self._remember_last_of(push)
        self.relay.observer.hear(self.customer, push, self.conversation)
        update = Happened(push, self.conversation)
        for tab in tuple(self.tabs):
            if tab.held is None:
                await self._tell(tab, update)
            elif len(tab.held) < HELD_LIMIT:
                tab.held.append(push)
            else:
                tab.held = []  # another list: the snapshot that is on its way is not for it

    async def _show_event_of(self, push: PropertiesUpdated | PropertiesDeleted) -> None:
        """The push says which properties changed; what is shown is the event as it is now."""
        where = {"chat_id": push.chat_id, "thread_id": push.thread_id}
        try:
            chat = Chat.parse(await self._ask("get_chat", where, Reason.GAP))
        except LiveChatError as error:
            logger.info("customer %s: reading %s: %r", self.customer.pk, push.event_id, error)
            return
        for event in chat.thread.events if chat.thread else ():
            if event.id == push.event_id:
                await self._hand_out(EventUpdated(**where, event=event))

    def _follows(self, push: IncomingEvent) -> bool:
        """Whether nothing was said between the last event we know and this one.

        Agents whisper between the events of a thread, so a gap may turn out to be none.
        """
        last, event = self.last_event, push.event
        if event.number is None or last.number is None or self._is_reading:
            return True
        if event.thread_id == last.thread_id:
            return event.number <= last.number + 1
        return event.number == 1 and push.thread_id == self.conversation.thread_id

    def _remember_last_of(self, push: Push) -> None:
        match push:
            case IncomingEvent(event=event) if event.is_after(self.last_event):
                self.last_event = event
            case IncomingChat(chat=Chat(thread=Thread(events=(*_, event)))):
                self.last_event = event

    async def _tell(self, tab: Tab, update: Update) -> None:
        """A tab that cannot be told is gone; its browser will come back for a snapshot."""
        try:
            await tab.show(update)
        except OSError as error:
            logger.info("customer %s: a tab has gone: %r", self.customer.pk, error)
            self.remove(tab)
        except Exception:
            logger.exception("customer %s: a tab could not be told", self.customer.pk)
            self.remove(tab)

    async def _enter(self, state: State, advice: str | Promise = "") -> None:
        self.standing = Standing(state, advice)
        for tab in tuple(self.tabs):
            await self._tell(tab, self.standing)

    # Snapshots

    def _resume(self) -> None:
        """After a login every tab needs a snapshot, back to the last event it shows."""
        for tab in self.tabs:
            if tab.held is None:
                tab.since = self.last_event.id
            tab.held = []
        self._catch_up_soon()

    @property
    def _is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    def _catch_up_soon(self) -> None:
        if not self._is_reading:
            self._reading = self.relay.start(self._catch_up())

    async def _catch_up(self) -> None:
        """Show each tab that waits the chat as it is now, then what happened meanwhile."""
        while waiting := [(tab, tab.held) for tab in self.tabs if tab.held is not None]:
            snapshot = await self._read_patiently({tab.since for tab, _held in waiting} - {""})
            for tab, held in waiting:
                await self._begin(tab, held, snapshot)

    async def _begin(self, tab: Tab, held: list[Push], snapshot: Snapshot) -> None:
        if tab.held is not held:
            return
        await self._tell(tab, snapshot)
        conversation, last_event = snapshot.conversation, snapshot.last_event
        while held and tab.held is held:
            push = held.pop(0)
            if _is_past(push, last_event):
                continue
            conversation = conversation.after(push)
            await self._tell(tab, Happened(push, conversation))
        if tab.held is held:
            tab.held = None
            self.conversation = conversation
            self.standing = Standing(State.LIVE)
            await self._tell(tab, self.standing)

    async def _read_patiently(self, marks: set[str]) -> Snapshot:
        """If LiveChat lets us read nothing for long, everything begins anew."""
        for tries in range(READ_TRIES):
            try:
                return await self._read(marks)
            except LiveChatError as error:
                logger.info("customer %s: reading the chat: %r", self.customer.pk, error)
            await asyncio.sleep(backoff(tries))
        if self.connection:
            await self.connection.close()
        raise asyncio.CancelledError

    async def _read(self, marks: set[str]) -> Snapshot:
        """The latest threads, back to the oldest one that holds one of these events."""
        chat, page = await self._chat_and_latest_page()
        if chat is None:
            self.relay.start(self._show_who_is_there())
            return Snapshot(self.conversation)
        threads = [*page.threads]
        for _page in range(PAGES_BACK):
            if not page.next_page_id or _all_in(threads, marks):
                break
            page = await self._page(chat.id, {"page_id": page.next_page_id})
            threads += page.threads
        threads.reverse()
        conversation = self.conversation.with_chat(chat, tuple(threads))
        snapshot = Snapshot(conversation, tuple(threads), page.next_page_id)
        self.last_event = snapshot.last_event
        return snapshot

    async def _show_who_is_there(self) -> None:
        """Before a chat that is what a customer sees, and it may have changed in the gap."""
        with suppress(LiveChatError):
            groups = {"group_ids": [self.organization.group_id]}
            answer = await self._ask("list_group_statuses", groups, self._why)
            await self._hand_out(GroupsStatusUpdated(statuses=parse_group_statuses(answer)))

    async def _chat_and_latest_page(self) -> tuple[ChatSummary | None, ThreadPage]:
        """The customer's chat; LiveChat allows one. If its id is known, both are asked at once."""
        latest = {"min_events_count": LATEST_EVENTS}
        if known_id := self.conversation.chat_id or self.customer.chat_id:
            with suppress(NotFound):
                listed, page = await asyncio.gather(
                    self._ask("list_chats", {}, self._why), self._page(known_id, latest)
                )
                chats = parse_chats(listed)
                if chats and chats[0].id == known_id:
                    return chats[0], page
        for chat in parse_chats(await self._ask("list_chats", {}, self._why)):
            return chat, await self._page(chat.id, latest)
        return None, ThreadPage()

    async def _page(self, chat_id: str, payload: Json) -> ThreadPage:
        asked = {"chat_id": chat_id, **payload}
        return ThreadPage.parse(await self._ask("list_threads", asked, self._why))

    async def _ask(self, action: str, payload: Json, reason: Reason) -> Json:
        if self.connection is None:
            raise NotConnected(action)
        with tell_of_call(self.organization.service, "rtm", action, reason):
            return await self.connection.act(action, payload)


def _is_past(push: Push, last: Event) -> bool:
    """Whether the push tells what is on screen already, perhaps as it no longer is.

    LiveChat numbers the events of a thread, and whatever leaves a gap is fetched: so nothing up
    to the last event is news, and showing it again could undo an edit or hide what followed.
    """
    match push:
        case IncomingEvent(event=event) if event.number is not None:
            return event.thread_id == last.thread_id and event.number <= (last.number or 0)
        case IncomingChat(chat=Chat(thread=Thread(events=events, created_at=created_at))):
            return (events[-1].created_at if events else created_at) <= last.created_at
        case _:
            return False


def _all_in(threads: Iterable[Thread], event_ids: set[str]) -> bool:
    """Whether these threads reach back to all these events.

    An event that has been deleted since is found by its thread, which its id begins with.
    """
    there = {thread.id for thread in threads}
    there |= {event.id for thread in threads for event in thread.events}
    return all(there & {event_id, Event(id=event_id).thread_id} for event_id in event_ids)


class Relay:
    """Everybody who is live in this process."""

    def __init__(self, observer: Observer = NOBODY) -> None:
        self.observer = observer
        self._live: dict[int, LiveCustomer] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.logins = asyncio.Semaphore(conf.relay_logins_at_once())
        self._threads = ThreadPoolExecutor(conf.relay_logins_at_once(), "relay")

    def attach(
        self,
        customer: Customer,
        organization: Organization,
        visit: Visit,
        show: Show,
        since: str = "",
    ) -> Tab:
        """Tell this tab everything about the customer from now on, a snapshot first."""
        self._loop = asyncio.get_running_loop()
        live = self._live.get(customer.pk)
        if live is None:
            live = LiveCustomer(self, customer, organization, visit)
            self._live[customer.pk] = live
        elif visit.url and (visit.url, visit.title) != (live.visit.url, live.visit.title):
            self.start(live.move(visit.url, visit.title))
        if (expected := live.expected) and not since:
            live.welcome(expected, show)
            return expected
        tab = Tab(show, since)
        live.add(tab)
        return tab

    def expect(self, customer: Customer, organization: Organization, visit: Visit) -> None:
        """A tab of this customer is being loaded: connect meanwhile. From any thread.

        Before the first tab of this process it does nothing; the tab then connects by itself.
        """
        if self._loop and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._expect, customer, organization, visit)

    def _expect(self, customer: Customer, organization: Organization, visit: Visit) -> None:
        if customer.pk in self._live:
            return
        live = self._live[customer.pk] = LiveCustomer(self, customer, organization, visit)
        tab = live.expect()
        tab.ends = asyncio.get_running_loop().call_later(
            conf.relay_linger(), self._give_up, customer.pk, tab
        )

    def _give_up(self, customer_pk: int, tab: ExpectedTab) -> None:
        """Nobody came."""
        live = self._live.get(customer_pk)
        if live and live.expected is tab:
            live.expected = None
            self.detach(customer_pk, tab)

    def detach(self, customer_pk: int, tab: Tab) -> None:
        """The tab is gone. With the last one, the connection goes a little later."""
        live = self._live.get(customer_pk)
        if live is None:
            return
        live.remove(tab)
        if not live.tabs and live.linger is None:
            live.linger = asyncio.get_running_loop().call_later(
                conf.relay_linger(),
                lambda: self.start(self._leave(customer_pk, live)),
            )

    async def act(self, customer_pk: int, action: str, payload: Json) -> Json:
        """Do something over the customer's own connection. Raises LiveChatError."""
        live = self._live.get(customer_pk)
        if live is None:
            raise NotConnected(action)
        return await live.act(action, payload)

    def wake(self, customer_pk: int) -> None:
        """The customer acts, and should hear what follows. From any thread."""
        if self._loop and (live := self._live.get(customer_pk)):
            self._loop.call_soon_threadsafe(live.wake)

    async def move(self, customer_pk: int, url: str, title: str) -> None:
        """The customer is on another page of the website."""
        if live := self._live.get(customer_pk):
            await live.move(url, title)

    async def drop(self, customer_pk: int) -> None:
        """Close the connection of a customer who was erased."""
        if live := self._live.pop(customer_pk, None):
            await live.close()

    async def close(self) -> None:
        """Leave LiveChat politely: every connection is closed."""
        leaving, self._live = self._live, {}
        await asyncio.gather(*(live.close() for live in leaving.values()))

    def states(self) -> Counter[State]:
        """How many customers are in which state. Any thread may ask."""
        return Counter(live.standing.state for live in tuple(self._live.values()))

    def customers_of_widgets(self) -> Counter[str]:
        """How many customers each widget has, by its key. Any thread may ask."""
        return Counter(live.customer.widget_key for live in tuple(self._live.values()))

    def tabs(self) -> int:
        """How many tabs are told what happens."""
        return sum(len(live.tabs) for live in tuple(self._live.values()))

    def held(self) -> int:
        """How many pushes wait for a tab's snapshot."""
        lives = tuple(self._live.values())
        return sum(len(tab.held or ()) for live in lives for tab in tuple(live.tabs))

    async def in_thread(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """For what asks the database or LiveChat's accounts and waits for them."""
        run = database_sync_to_async(work, thread_sensitive=False, executor=self._threads)
        result: T = await run(*args, **kwargs)
        return result

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
