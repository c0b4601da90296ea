"""One customer who is live: their connection to LiveChat, and everything each tab is told.

What to do is decided elsewhere, without waiting: what a push is to what is known (gaps), what to
ask for (reading), what to do when a connection ends (reactions). Here it is done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from time import monotonic, perf_counter
from typing import Any

from django.utils.functional import Promise
from msgspec import structs

from chatproxy import metrics
from chatproxy.livechat import rtm
from chatproxy.livechat.errors import (
    UNKNOWN_CHAT,
    LiveChatError,
    NotConnected,
    Refused,
    TokenRejected,
    Unreachable,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import (
    EventUpdated,
    GroupsStatusUpdated,
    IncomingEvent,
    PropertiesDeleted,
    PropertiesUpdated,
    Push,
    SideStorageUpdated,
)
from chatproxy.livechat.rtm import Connection, Disconnected, Visit
from chatproxy.livechat.service import Reason, tell_of_call
from chatproxy.livechat.structures import Chat, Event, Json, parse_group_statuses
from chatproxy.models import Customer
from chatproxy.relay import gaps
from chatproxy.relay.gaps import Gaps, Step
from chatproxy.relay.gate import Door
from chatproxy.relay.memory import Memory, leave_out_greetings
from chatproxy.relay.observers import Observer
from chatproxy.relay.properties import with_properties
from chatproxy.relay.reactions import Reaction, backoff, reaction_to
from chatproxy.relay.reading import Question, Reading, all_in
from chatproxy.relay.seen import SeenMark
from chatproxy.relay.tabs import AbsentTab, ExpectedTab, Show, Tab
from chatproxy.relay.tasks import Tasks
from chatproxy.relay.updates import ConnectionState, Conversation, Happened, Snapshot, State, Update

logger = logging.getLogger(__name__)

READ_TRIES = 4
LAST_ANSWERS = 8.0  # seconds for what was said, before its connection is closed
STEADY_AFTER = 10.0  # seconds with the chat read before a loss counts as the first again


class LiveCustomer:
    """One customer's connection, kept while a tab is open."""

    def __init__(
        self,
        customer: Customer,
        organization: Organization,
        visit: Visit,
        *,
        tasks: Tasks,
        door: Door,
        observer: Observer,
    ) -> None:
        self.customer = customer
        self.organization = organization
        self.visit = self._login_visit = visit
        self.tabs: set[Tab] = set()
        self.expected: ExpectedTab | None = None
        self.connection_state = ConnectionState(State.CONNECTING)
        self.conversation = Conversation(customer.entity_id, organization.group_id)
        self.connection: Connection | None = None
        self.last_event = Event()
        self.side_storage: dict[str, str] = {}
        self.linger: asyncio.TimerHandle | None = None
        self.gaps = Gaps()
        self.memory = Memory()
        self.seen_mark = SeenMark()
        self.is_welcomed = False
        self._is_leaving = False
        self._saying: set[asyncio.Task[Any]] = set()  # what a thread waits for
        self._tasks, self._door, self._observer = tasks, door, observer
        self._why = Reason.OPENING  # of what is read next
        self._resting: asyncio.Future[None] | None = None
        self._caught_up_at: float | None = None
        self._refusal: Refused | None = None  # of the chat that was to be read
        self._reading: asyncio.Task[None] | None = None
        self._gap_timer: asyncio.TimerHandle | None = None
        self._seen_timer: asyncio.TimerHandle | None = None
        self._task = tasks.start(self._live())

    # Tabs

    def add(self, tab: Tab) -> None:
        self.tabs.add(tab)
        if self.linger:
            self.linger.cancel()
            self.linger = None
        if self.connection:
            self._catch_up_soon()
        else:
            self._tasks.start(self._tell(tab, self.connection_state))
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
        self._tasks.start(self._hand_over(tab, show))

    async def _hand_over(self, tab: ExpectedTab, show: Show) -> None:
        while tab.kept:
            await self._tell(Tab(show, ""), tab.kept.pop(0))
        tab.show = show

    # What the customer does

    def wake(self) -> None:
        """The customer did something: worth a new try, even after a refusal."""
        if self._resting and not self._resting.done():
            self._resting.set_result(None)

    async def close(self) -> None:
        for timer in (self.linger, self._gap_timer, self._seen_timer):
            if timer:
                timer.cancel()
        self._is_leaving = True
        if self._saying:
            await asyncio.wait(self._saying, timeout=LAST_ANSWERS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._enter(State.CLOSED)

    async def act(self, action: str, payload: Json) -> Json:
        self.wake()
        return await self._ask(action, payload, Reason.CUSTOMER)

    async def act_by(self, latest: float, action: str, payload: Json) -> Json:
        """As `act`, if it is not later than this (`time.monotonic`): else nobody waits for it.

        A connection that does not say what became of it ends: it must not send it later, nor hold
        up what comes next.
        """
        connection = self.connection
        if connection is None or self._is_leaving or monotonic() > latest:
            raise NotConnected(action)
        task = asyncio.current_task()
        assert task, "a coroutine runs in one"
        self._saying.add(task)
        try:
            return await self.act(action, payload)
        except LiveChatError as error:
            if type(error) is Unreachable:
                connection.abandon()
            raise
        finally:
            self._saying.discard(task)

    async def move(self, url: str, title: str) -> None:
        """The customer is on another page: agents see it now, and after the next login."""
        self.wake()
        if (url, title) == (self.visit.url, self.visit.title):
            return
        self.visit = replace(self.visit, url=url, title=title)
        await self._tell_page()

    async def _tell_page(self) -> None:
        """Who is not logged in tells it by the login."""
        page: Json = {"url": self.visit.url, "title": self.visit.title}
        with suppress(LiveChatError):
            await self.act("update_customer_page", page)

    async def show_sneak_peek(self, chat_id: str, text: str) -> None:
        with suppress(LiveChatError):
            await self.act("send_sneak_peek", {"chat_id": chat_id, "sneak_peek_text": text})

    async def ask_for_welcome_message(self) -> None:
        """LiveChat pushes it, if there is one: to every tab, so one question is enough."""
        if self.is_welcomed:
            return
        self.is_welcomed = True
        try:
            group = {"group_id": self.organization.group_id}
            await self.act("request_welcome_message", group)
        except LiveChatError:
            self.is_welcomed = False

    def see(self, chat_id: str, up_to: str, patience: float) -> None:
        """Everything up to this time is on screen; LiveChat is told so many seconds later."""
        if self.seen_mark.report(chat_id, up_to, self._seen_up_to):
            if self._seen_timer:
                self._seen_timer.cancel()
            loop = asyncio.get_running_loop()
            self._seen_timer = loop.call_later(patience, self._tell_seen)

    def _tell_seen(self) -> None:
        self._seen_timer = None
        if payload := self.seen_mark.take(self._seen_up_to):
            self._tasks.start(self._mark_as_seen(payload))

    async def _mark_as_seen(self, payload: Json) -> None:
        """What did not arrive is told after the next login."""
        try:
            await self.act("mark_events_as_seen", payload)
        except Refused as error:
            logger.info("customer %s: has read in vain: %r", self.customer.pk, error)
        except LiveChatError:
            self.seen_mark.report(**payload, known=self._seen_up_to)

    @property
    def seen_up_to(self) -> str:
        """Until when the customer has read, LiveChat's time; LiveChat may not know it yet."""
        return max(self.seen_mark.reported, self._seen_up_to)

    def is_logged_in_as(self, customer: Customer) -> bool:
        """Not if another request has meanwhile become somebody else at LiveChat. Any thread."""
        return self.connection is not None and self.customer.entity_id == customer.entity_id

    @property
    def is_only_listened_to(self) -> bool:
        """Whether no browser of theirs is here."""
        tabs = tuple(self.tabs)
        return bool(tabs) and all(isinstance(tab, AbsentTab) for tab in tabs)

    @property
    def _seen_up_to(self) -> str:
        return self.conversation.seen.get(self.conversation.customer_id, "")

    # The connection

    async def _live(self) -> None:
        """A task that ends as cancelled keeps all its frames, and they keep this customer.

        One that ends otherwise would leave the tabs without a word, and without another try.
        """
        with suppress(asyncio.CancelledError):
            while True:
                try:
                    await self._run()
                except Exception:
                    logger.exception("customer %s: begins again after a bug", self.customer.pk)
                await asyncio.sleep(backoff(0))

    async def _run(self) -> None:
        """Stay logged in for as long as there is somebody to tell."""
        tries = 0
        while True:
            end = await self._end_of_one_connection()
            metrics.count_end(end)
            self._door.hear(self.customer, end)
            if error := end.error if isinstance(end, Disconnected) else end:
                self._observer.fail(self.customer, error)
            if self._was_steady():
                tries = 0
            reaction = reaction_to(end, tries)
            tries, self._why = tries + 1, Reason.RECONNECT
            logger.info("customer %s: %r, then %r", self.customer.pk, end, reaction)
            del end, error  # whose frames keep the connection that is over
            if reaction.region:
                await self._move(reaction.region)
            await self._rest(reaction)

    async def _move(self, region: str) -> None:
        """Who cannot keep it, as the cache is away, goes there all the same."""
        try:
            await self._tasks.in_thread(self.organization.move, region)
        except Exception:
            logger.exception("customer %s: region %s is not kept", self.customer.pk, region)

    async def _rest(self, reaction: Reaction) -> None:
        """Wait before the next try, or for the customer, who may end both."""
        self._resting = asyncio.get_running_loop().create_future()
        waits_for_customer = reaction.delay is None
        await self._enter(State.REFUSED if waits_for_customer else State.WAITING, reaction.advice)
        if reaction.firm:
            await asyncio.sleep(reaction.delay or 0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(reaction.delay):
                await self._resting

    def _was_steady(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._caught_up_at is not None and now - self._caught_up_at > STEADY_AFTER

    async def _end_of_one_connection(self) -> Disconnected | LiveChatError:
        self._caught_up_at = self._refusal = None
        await self._enter(State.CONNECTING)
        try:
            await self._one_connection()
        except (Disconnected, LiveChatError) as error:
            refusal, self._refusal = self._refusal, None
            return refusal or error
        except Exception:
            logger.exception("customer %s: a connection ended by a bug", self.customer.pk)
        return Disconnected(rtm.LOST)

    async def _one_connection(self) -> None:
        """Log in, catch up, hand out; ends by raising Disconnected or LiveChatError."""
        async with self._door.turn():
            connection = await self._log_in()
        self.connection = connection
        if self.visit is not self._login_visit:  # it is another page by now
            self._tasks.start(self._tell_page())
        try:
            await self._enter(State.RESUMING)
            self._resume(self._why)
            async for push in connection.pushes():
                began = perf_counter()
                await self._hand_out(push)
                metrics.push.observe(perf_counter() - began)
        finally:
            self.connection = None
            self.memory.forget()
            if self._reading:
                self._reading.cancel()
                self._reading = None
            await connection.close()

    async def _log_in(self) -> Connection:
        """With a fresh token and, should that be refused, with another one, once."""
        ask, in_thread = self._token_and_region, self._tasks.in_thread
        at_hand = self.customer.has_fresh_token and self.organization.knows_region
        token, region = ask() if at_hand else await in_thread(ask)
        try:
            connection = await self._log_in_with(token, region, self._why)
        except TokenRejected:
            token, region = await in_thread(ask, instead_of=token)
            connection = await self._log_in_with(token, region, Reason.AGAIN)
        if self.customer.entity_id != self.conversation.customer_id:
            self._begin_anew()
        known = self.conversation.with_greeting(connection.login.greeting)
        if (customer := connection.login.customer) and customer.id == known.customer_id:
            known = known.with_users((customer,))
        self.conversation = known
        return connection

    def _token_and_region(self, instead_of: str | None = None) -> tuple[str, str]:
        """Another token than the one refused, if one was, and where it holds. Both may wait."""
        tokens = self.customer.tokens(self.organization)
        token = tokens.token() if instead_of is None else tokens.renew(instead_of)
        return token, self.organization.region_of(token)

    async def _log_in_with(self, token: str, region: str, why: Reason) -> Connection:
        self._login_visit = self.visit
        payload = rtm.login_payload(self.organization, self.visit, self.side_storage)
        with tell_of_call(self.organization.service, "rtm", "login", why):
            return await Connection.log_in(
                self.organization, region, token, payload, self.visit.user_agent
            )

    async def _ask(self, action: str, payload: Json, why: Reason) -> Json:
        if self.connection is None:
            raise NotConnected(action)
        with tell_of_call(self.organization.service, "rtm", action, why):
            return await self.connection.act(action, payload)

    # Pushes

    async def _hand_out(self, push: Push) -> None:
        if isinstance(push, SideStorageUpdated):
            self.side_storage = push.customer_side_storage
            return
        if self.gaps.is_past(push, self.last_event):
            return
        if isinstance(push, IncomingEvent):
            self._notice_gap(push.event)
        elif isinstance(push, PropertiesUpdated | PropertiesDeleted) and push.event_id:
            await self._show_event_of(push)
            return
        self.gaps.hear(push)
        self.memory.hear(push)
        self.conversation = self.conversation.after(push)
        self.last_event = gaps.last_after(push, self.last_event)
        self._observer.hear(self.customer, push, self.conversation)
        update = Happened(push, self.conversation)
        told = [tab for tab in self.tabs if tab.held is None]
        for tab in self.tabs:
            if tab.held is not None:
                tab.hold(push)  # at once: while others are told, its snapshot may come
        for tab in told:
            await self._tell(tab, update)

    async def _show_event_of(self, push: PropertiesUpdated | PropertiesDeleted) -> None:
        """The push says which properties changed; what is shown is the event as it is now."""
        if event := self.memory.find(push.event_id):
            await self._show_updated(push, with_properties(event, push))
        else:
            self._tasks.start(self._read_event_of(push))  # apart: its answer comes the same way

    async def _read_event_of(self, push: PropertiesUpdated | PropertiesDeleted) -> None:
        where = {"chat_id": push.chat_id, "thread_id": push.thread_id}
        try:
            chat = Chat.parse(await self._ask("get_chat", where, Reason.GAP))
        except LiveChatError as error:
            logger.info("customer %s: reading %s: %r", self.customer.pk, push.event_id, error)
            return
        for event in chat.thread.events if chat.thread else ():
            if event.id == push.event_id:
                await self._show_updated(push, event)

    async def _show_updated(self, push: Push, event: Event) -> None:
        updated = EventUpdated(chat_id=push.chat_id, thread_id=push.thread_id, event=event)
        await self._hand_out(updated)

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
        known = self.connection_state
        if (state, advice) == (known.state, known.advice):  # every tab was told when it came
            return
        entered = self.connection_state = ConnectionState(state, advice)
        for tab in tuple(self.tabs):
            await self._tell(tab, entered)

    # Gaps

    def _notice_gap(self, event: Event) -> None:
        """Ask at once for what must have been lost, and later for what may still come."""
        if self._is_reading:
            return
        step = gaps.step_to(event, self.last_event, self.conversation.thread_id)
        if step is Step.LOST:
            logger.info("customer %s: missed what came before %s", self.customer.pk, event.id)
            self._resume(Reason.GAP)
        elif step is Step.SKIPS:
            self.gaps.skip(event, self.last_event)
            if self._gap_timer is None:
                loop = asyncio.get_running_loop()
                self._gap_timer = loop.call_later(self.gaps.patience, self._ask_for_missing)

    def _ask_for_missing(self) -> None:
        self._gap_timer = None
        if self.gaps.missing and self.connection and not self._is_reading:
            logger.info("customer %s: still without %s", self.customer.pk, self.gaps.missing)
            self._resume(Reason.GAP)

    # Snapshots

    def _resume(self, why: Reason) -> None:
        """After a login or a gap every tab needs a snapshot, back to the last event it shows."""
        self._why = why
        self.memory.forget()
        for tab in self.tabs:
            tab.wait_for_snapshot(self.last_event.id)
        self._catch_up_soon()

    @property
    def _is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    def _catch_up_soon(self) -> None:
        if not self._is_reading:
            self._reading = self._tasks.start(self._catch_up_or_end())

    async def _catch_up_or_end(self) -> None:
        """A connection over which the chat cannot be read is of no use: it ends."""
        try:
            await self._catch_up()
            self._caught_up_at = self._caught_up_at or asyncio.get_running_loop().time()
            if self._seen_timer is None:
                self._tell_seen()
            return
        except Refused as error:
            self._refusal = error
        except LiveChatError as error:
            logger.info("customer %s: reading the chat in vain: %r", self.customer.pk, error)
        except Exception:
            logger.exception("customer %s: reading the chat ended by a bug", self.customer.pk)
        if self.connection:
            await self.connection.close()

    async def _catch_up(self) -> None:
        """Show each tab that waits the chat as it is now, then what happened meanwhile."""
        while tabs := [tab for tab in self.tabs if tab.held is not None]:
            recalled = self._recall(tabs)
            held = [tab.held for tab in tabs]
            snapshot = recalled or await self._read_patiently(tabs)
            for pushes in held:
                leave_out_greetings(pushes or [])
            for tab, pushes in zip(tabs, held, strict=True):
                await self._begin(tab, pushes, snapshot)
            self._why = Reason.OPENING

    def _recall(self, tabs: Sequence[Tab]) -> Snapshot | None:
        """What was read last, if that is enough for all of them: they wait for the rest of it."""
        if (recalled := self.memory.recall()) is None:
            return None
        snapshot, pushes = recalled
        marks = {tab.since for tab in tabs}
        if snapshot.earlier_page_id is None and "" in marks:
            return None
        if not all_in(snapshot.threads, marks - {""}):
            return None
        for tab in tabs:
            tab.held = [*pushes]
        return snapshot

    async def _begin(self, tab: Tab, held: list[Push] | None, snapshot: Snapshot) -> None:
        if held is None or tab.held is not held:
            return
        begins_anew = tab.shows_another
        await self._tell(tab, snapshot.anew() if begins_anew else snapshot.after(tab.since))
        tab.shows_another = False  # not if this ends meanwhile: then the next one tells it
        conversation, last_event = snapshot.conversation, snapshot.last_event
        while held and tab.held is held:
            push = held.pop(0)
            if self.gaps.is_past(push, last_event):
                continue
            conversation = conversation.after(push)
            await self._tell(tab, Happened(push, conversation))
        if tab.held is held:
            tab.held = None
            self.conversation = conversation
            self.connection_state = ConnectionState(State.LIVE)
            await self._tell(tab, self.connection_state)

    async def _read_patiently(self, tabs: Sequence[Tab]) -> Snapshot:
        """Raises Refused, or another LiveChatError if nothing can be read for long."""
        for tries in range(READ_TRIES - 1):
            try:
                return await self._read(tabs)
            except Refused:
                raise
            except LiveChatError as error:
                logger.info("customer %s: reading the chat: %r", self.customer.pk, error)
            await asyncio.sleep(backoff(tries))
        return await self._read(tabs)

    async def _read(self, tabs: Sequence[Tab]) -> Snapshot:
        """The latest threads, back to the oldest one that a tab knows."""
        if self.connection is None:
            raise NotConnected("reading")
        self.memory.begin()
        before = self.last_event
        reading = self._reading_for({tab.since for tab in tabs})
        while questions := reading.questions():
            try:
                reading.take(await self._answers(questions))
            except UNKNOWN_CHAT as error:
                if not reading.lose():
                    raise Refused("the chat cannot be read") from error  # no advice on messages
        if reading.lost_id:
            await self._forget(reading.lost_id, reading.chat.id if reading.chat else "")
            before = self.last_event
        if reading.chat is None:
            self._tasks.start(self._show_who_is_there())
            snapshot = Snapshot(self.conversation)
        else:
            threads = tuple(reversed(reading.threads))
            known = self.conversation.with_chat(reading.chat, threads)
            snapshot = Snapshot(known, threads, reading.next_page_id)
            heard = self.last_event is not before
            self.last_event = gaps.later(self.last_event, snapshot.last_event, heard=heard)
        self.gaps.read(snapshot.threads)
        self.memory.keep(snapshot)
        return snapshot

    async def _forget(self, lost_id: str, chat_id: str) -> None:
        """LiveChat has another chat instead of the one that is lost, or none."""
        if self.conversation.chat_id == lost_id:
            self._begin_anew()
        if self.customer.chat_id == lost_id:
            await self._tasks.in_thread(self.customer.remember_chat, chat_id)

    def _begin_anew(self) -> None:
        """Nothing is known of a chat of whoever the customer is now, and all tabs show another."""
        for tab in self.tabs:
            tab.shows_another = True
            if tab.held is None:
                tab.wait_for_snapshot("")
        greeting, group_id = self.conversation.greeting, self.organization.group_id
        self.conversation = Conversation(self.customer.entity_id, group_id, greeting=greeting)
        self.last_event = Event()
        self.is_welcomed = False
        self.seen_mark = SeenMark()

    def _reading_for(self, since: set[str]) -> Reading:
        assert self.connection is not None
        login = self.connection.login
        known_id = self.conversation.chat_id
        if login.chat_ids is None:  # LiveChat did not say: begin with what we remember
            known_id = known_id or self.customer.chat_id
        return Reading(login, known_id, since - {""}, history="" in since)

    async def _answers(self, questions: Sequence[Question]) -> list[Json]:
        asked = (self._ask(action, payload, self._why) for action, payload in questions)
        return await asyncio.gather(*asked)

    async def _show_who_is_there(self) -> None:
        """Before a chat that is what a customer sees, and it may have changed in a gap."""
        group_id = self.organization.group_id
        login = self.connection.login if self.connection else None
        if self.connection and login and login.online_group_ids is not None:
            status = "online" if group_id in login.online_group_ids else "offline"
            self.connection.login = structs.replace(login, online_group_ids=None)  # true just now
            await self._hand_out(GroupsStatusUpdated(statuses={group_id: status}))
            return
        with suppress(LiveChatError):
            answer = await self._ask("list_group_statuses", {"group_ids": [group_id]}, self._why)
            await self._hand_out(GroupsStatusUpdated(statuses=parse_group_statuses(answer)))
