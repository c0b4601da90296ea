"""Who is live in this process: one RTM connection for each customer, every tab told the same.

A tab is a callable that shows an update. It first gets a snapshot, then every push, in order;
after each gap another snapshot. Nothing is lost in between: what arrives while a tab's
snapshot is being read is held back and told right after it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from concurrent.futures import CancelledError
from contextlib import suppress
from contextvars import Context
from functools import partial

from chatproxy import conf
from chatproxy.livechat import rtm
from chatproxy.livechat.errors import LiveChatError, NotConnected, Unreachable
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.rtm import Visit
from chatproxy.livechat.structures import Json
from chatproxy.models import Customer
from chatproxy.relay import seen
from chatproxy.relay.gate import Gate
from chatproxy.relay.live import LiveCustomer
from chatproxy.relay.observers import NOBODY, Observer
from chatproxy.relay.tabs import AbsentTab, ExpectedTab, Show, Tab
from chatproxy.relay.tasks import Tasks
from chatproxy.relay.updates import Conversation, State
from chatproxy.turns import let_others_run

LOOK_EVERY = 0.02  # seconds between two looks whether somebody has logged in
BEGINS = 1.0  # seconds in which the event loop begins what a thread asks of it, or never does


class Relay:
    """Everybody who is live in this process."""

    def __init__(self, observer: Observer = NOBODY) -> None:
        at_once = conf.relay_logins_at_once()
        self.tasks = Tasks(at_once)
        self._gate = Gate(at_once, conf.relay_logins_per_second(), conf.relay_login_pause())
        self._observer = observer
        self._live: dict[int, LiveCustomer] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

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
            live = self._begin(customer, organization, visit)
        elif visit.url and (visit.url, visit.title) != (live.visit.url, live.visit.title):
            self.tasks.start(live.move(visit.url, visit.title))
        if (expected := live.expected) and not since:
            live.welcome(expected, show)
            return expected
        tab = Tab(show, since)
        live.add(tab)
        return tab

    def listen(self, customer: Customer, organization: Organization, show: Show) -> AbsentTab:
        """Tell `show` everything about a customer who has left; ends by `detach`."""
        self._loop = asyncio.get_running_loop()
        live = self._live.get(customer.pk) or self._begin(customer, organization, Visit())
        tab = AbsentTab(show, since="")
        live.add(tab)
        return tab

    def _begin(self, customer: Customer, organization: Organization, visit: Visit) -> LiveCustomer:
        live = self._live[customer.pk] = LiveCustomer(
            customer,
            organization,
            visit,
            tasks=self.tasks,
            door=self._gate.door(organization.organization_id),
            observer=self._observer,
        )
        return live

    def expect(self, customer: Customer, organization: Organization, visit: Visit) -> None:
        """A tab of this customer is being loaded: connect meanwhile. From any thread.

        Before the first tab of this process it does nothing; the tab then connects on its own.
        """
        if self._loop and self._loop.is_running():
            expect = partial(self._expect, customer, organization, visit)
            self._loop.call_soon_threadsafe(expect, context=Context())  # of no request: see Tasks

    def _expect(self, customer: Customer, organization: Organization, visit: Visit) -> None:
        if customer.pk in self._live:
            return
        live = self._begin(customer, organization, visit)
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
                lambda: self.tasks.start(self._leave(customer_pk, live)),
            )

    async def act(self, customer_pk: int, action: str, payload: Json) -> Json:
        """Do something over the customer's own connection. Raises LiveChatError."""
        live = self._live.get(customer_pk)
        if live is None:
            raise NotConnected(action)
        return await live.act(action, payload)

    def act_from_thread(self, customer: Customer, action: str, payload: Json) -> Json:
        """As `act`, for a worker thread, which waits for the answer.

        Raises NotConnected where this process holds no connection of theirs: nothing was sent.
        """
        live, loop = self._live.get(customer.pk), self._loop
        if loop is None or live is None or not live.is_logged_in_as(customer):
            raise NotConnected(action)
        begin_by = time.monotonic() + BEGINS
        acting = asyncio.run_coroutine_threadsafe(live.act_by(begin_by, action, payload), loop)
        try:
            with let_others_run():  # it gives up sooner than we do
                return acting.result(2 * BEGINS + rtm.ANSWER_TIMEOUT)
        except (CancelledError, TimeoutError) as error:
            acting.cancel()
            raise Unreachable(f"no answer to {action}") from error

    def wake(self, customer_pk: int) -> None:
        """The customer acts, and should hear what follows. From any thread.

        Who is connected hears it as it is: the event loop is left alone.
        """
        live = self._live.get(customer_pk)
        if self._loop and live and live.connection is None:
            self._loop.call_soon_threadsafe(live.wake)

    async def move(self, customer_pk: int, url: str, title: str) -> None:
        """The customer is on another page of the website."""
        if live := self._live.get(customer_pk):
            await live.move(url, title)

    def see(self, customer_pk: int, chat_id: str, up_to: str, *, arrived: bool) -> None:
        """A tab shows everything up to this `created_at`.

        `arrived`: it was read as it came, so that an answer may follow and tell the same.
        """
        if live := self._live.get(customer_pk):
            live.see(chat_id, up_to, seen.PATIENCE if arrived else 0)

    async def show_sneak_peek(self, customer_pk: int, chat_id: str, text: str) -> None:
        """Let agents look at what is being typed. It is not worth a second try."""
        if live := self._live.get(customer_pk):
            await live.show_sneak_peek(chat_id, text)

    async def accept_greeting(self, customer_pk: int, greeting_id: int, unique_id: str) -> None:
        """The customer takes it up. One that is over already is no error, here and below."""
        payload: Json = {"greeting_id": greeting_id, "unique_id": unique_id}
        await self._try(customer_pk, "accept_greeting", payload)

    async def cancel_greeting(self, customer_pk: int, unique_id: str) -> None:
        """The customer waves it away: in all their tabs."""
        await self._try(customer_pk, "cancel_greeting", {"unique_id": unique_id})

    async def press_greeting_button(self, customer_pk: int, unique_id: str, button_id: str) -> None:
        """From version 3.6 on."""
        payload: Json = {"greeting_unique_id": unique_id, "button_id": button_id}
        await self._try(customer_pk, "send_greeting_button_clicked", payload)

    async def _try(self, customer_pk: int, action: str, payload: Json) -> None:
        with suppress(LiveChatError):
            await self.act(customer_pk, action, payload)

    async def ask_for_welcome_message(self, customer_pk: int) -> None:
        """Of whoever would answer; LiveChat pushes it if there is one."""
        if live := self._live.get(customer_pk):
            await live.ask_for_welcome_message()

    def wait_for_login(self, customer_pk: int, seconds: float) -> bool:
        """Wait in a worker thread until the customer is logged in; whether they are.

        Who is logged in before their chat begins hears of it; else it has to be asked for.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (live := self._live.get(customer_pk)) and live.connection:
                return True
            with let_others_run():
                time.sleep(LOOK_EVERY)
        return False

    def watched(self) -> set[int]:
        """The customers who may be looking at the website in some tab of this process."""
        return {pk for pk, live in self._live.items() if any(tab.is_visible for tab in live.tabs)}

    def seen_up_to(self, customer_pk: int) -> str:
        """How far the customer has read, in any browser, whether LiveChat knows it yet or not."""
        live = self._live.get(customer_pk)
        return live.seen_up_to if live else ""

    def conversation_of(self, customer_pk: int) -> Conversation | None:
        """The chat of a customer who is live, as it is known now. Any thread may ask."""
        live = self._live.get(customer_pk)
        return live.conversation if live and live.connection_state.state is State.LIVE else None

    async def close(self) -> None:
        """Leave LiveChat politely: every connection is closed, whatever comes of another."""
        leaving, self._live = self._live, {}
        closing = [self.tasks.start(live.close()) for live in leaving.values()]
        await asyncio.gather(*closing, return_exceptions=True)  # `tasks` tells of a failure

    def states(self) -> Counter[State]:
        """How many customers are in which state. Any thread may ask."""
        return Counter(live.connection_state.state for live in tuple(self._live.values()))

    def customers_of_widgets(self) -> Counter[str]:
        """How many customers each widget has on its website, by its key. Any thread may ask."""
        lives = [live for live in tuple(self._live.values()) if not live.is_only_listened_to]
        return Counter(live.customer.widget_key for live in lives)

    def tabs(self) -> int:
        """How many tabs are told what happens."""
        return sum(len(live.tabs) for live in tuple(self._live.values()))

    def pushes_waiting(self) -> int:
        """How many pushes wait for a tab's snapshot."""
        lives = tuple(self._live.values())
        return sum(len(tab.held or ()) for live in lives for tab in tuple(live.tabs))

    async def _leave(self, customer_pk: int, live: LiveCustomer) -> None:
        if live.tabs or self._live.get(customer_pk) is not live:
            return
        del self._live[customer_pk]
        await live.close()
