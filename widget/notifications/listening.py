"""Listens for customers who have left and asked to be told of an answer, and tells them.

Each such browser is looked after by one process at a time, which says so in the database and
renews it; when it ends or dies, another one takes over. What was told is written down after the
push service has taken it: a process that dies in between repeats itself, and the service worker
knows by the event's id that it has been told.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import copy
from functools import cache, partial
from typing import Protocol

from django.utils import timezone

from chatproxy import conf
from chatproxy.encryption import UnreadableSecret
from chatproxy.leaving import going_on
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.pushes import EventDeleted, IncomingChat, IncomingEvent
from chatproxy.livechat.structures import Event, Json
from chatproxy.relay.relay import Relay
from chatproxy.relay.tabs import AbsentTab
from chatproxy.relay.updates import (
    ConnectionState,
    Conversation,
    Happened,
    Snapshot,
    State,
    Update,
)
from chatproxy.threads import Threads
from widget.models import Browser, Subscription, Widget
from widget.notifications.outcomes import Outcome, Result
from widget.notifications.words import is_answer, notification_of

logger = logging.getLogger(__name__)

LOOK_EVERY = 5.0  # seconds, for those to listen for
TELL_EVERY = 1.0  # seconds, for what is to be told
PAUSE = 3.0  # seconds in which an answer may be seen elsewhere, or be followed by another
MOST_TRIES = 8  # for one answer
FIRST_WAIT = 5.0  # seconds before the second try; twice as long before each further one
LONGEST_WAIT = 900.0
LAST_ANSWERS = 6.0  # seconds for what is being told when the process ends
WAKE_EVERY = 120.0  # seconds, where LiveChat has sent the customer away


class Sends(Protocol):
    """What `sending.Sender` does."""

    def send(self, browser: Browser, payload: Json, topic: str) -> Awaitable[Result]: ...

    async def close(self) -> None: ...


class Listener:
    """Of one process."""

    def __init__(self, relay: Relay, sender: Sends, *, pause: float = PAUSE) -> None:
        self.name = secrets.token_hex(8)
        self.pause = pause
        self.first_wait = FIRST_WAIT
        self._relay, self._sender = relay, sender
        self._listening: dict[int, Listening] = {}  # by the subscription's id
        self._telling: dict[int, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._thread = Threads(1, "listening")  # one: what is let go of is not claimed after it

    def begin(self, look_every: float = LOOK_EVERY, tell_every: float = TELL_EVERY) -> None:
        self._task = asyncio.get_running_loop().create_task(self._listen(look_every, tell_every))

    async def close(self) -> None:
        """What is being told is told, if soon enough; another process may take over at once."""
        await self.stop()
        if self._telling:
            _told, late = await asyncio.wait(self._telling.values(), timeout=LAST_ANSWERS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for pk in tuple(self._listening):
            self._leave(pk)
        with going_on("the connections to push services"):
            await self._sender.close()
        await self._thread.run(Subscription.objects.let_go, self.name)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self, look_every: float, tell_every: float) -> None:
        loop = asyncio.get_running_loop()
        next_look = 0.0
        while True:
            try:
                if loop.time() >= next_look:
                    next_look = loop.time() + look_every
                    await self.look()
                self.tell()
            except Exception:
                logger.exception("who is to be told of an answer is unknown")
            await asyncio.sleep(tell_every)

    async def look(self) -> None:
        """The browsers this process is to listen for from now on."""
        claimed = await self._thread.run(self._claim, self._relay.watched())
        for pk in self._listening.keys() - claimed.keys():
            self._leave(pk)
        # What is being told is not written down yet: who comes back meanwhile waits for that.
        for pk in claimed.keys() - self._listening.keys() - self._telling.keys():
            if newcomer := await self._thread.run(self._read, pk, claimed[pk]):
                self._listening[pk] = self._begin(*newcomer)

    def _claim(self, watched: set[int]) -> dict[int, Widget]:
        """By the subscriptions' ids. What we may not listen for leaves its place to others."""
        claimed = Subscription.objects.claim(self.name, watched, conf.push_browsers())
        find = cache(find_widget)  # once, not for each of its customers
        widgets = {subscription.pk: widget_of(subscription, find) for subscription in claimed}
        Subscription.objects.end([pk for pk, widget in widgets.items() if widget is None])
        return {pk: widget for pk, widget in widgets.items() if widget}

    def _read(self, pk: int, widget: Widget) -> tuple[Subscription, Organization] | None:
        """None if it has ended, or can be read no more."""
        try:
            subscription = Subscription.objects.read(pk)
            return subscription, widget.organization.on_page(subscription.page)
        except UnreadableSecret:
            logger.warning("no key of ours opens subscription %s", pk)
            Subscription.objects.end([pk])
        except Subscription.DoesNotExist:
            pass
        return None

    def _begin(self, subscription: Subscription, organization: Organization) -> Listening:
        listening = Listening(subscription)
        customer = subscription.bearer_token.customer
        listening.tab = self._relay.listen(customer, organization, listening.hear)
        return listening

    def _leave(self, subscription_pk: int) -> None:
        """Unless that was done meanwhile."""
        listening = self._listening.pop(subscription_pk, None)
        if listening and listening.tab:
            self._relay.detach(listening.customer_pk, listening.tab)

    def tell(self) -> None:
        """Begin to tell what is due."""
        watched, loop = self._relay.watched(), asyncio.get_running_loop()
        for pk, listening in self._listening.items():
            if listening.is_sent_away(loop.time() - WAKE_EVERY):
                self._relay.wake(listening.customer_pk)
            if pk in self._telling or listening.customer_pk in watched:
                continue
            seen = self._relay.seen_up_to(listening.customer_pk)
            if listening.is_due(loop.time() - self.pause, seen):
                self._telling[pk] = task = loop.create_task(self._tell(listening))
                task.add_done_callback(partial(self._forget_task, pk))

    def _forget_task(self, pk: int, task: asyncio.Task[None]) -> None:
        self._telling.pop(pk, None)
        if not task.cancelled() and (error := task.exception()):
            logger.error("an answer could not be told", exc_info=error)

    async def _tell(self, listening: Listening) -> None:
        """Once; what came of it is written down."""
        subscription, answer = listening.subscription, listening.answer
        conversation = listening.conversation
        payload = await self._thread.run(self._payload, subscription, answer, conversation)
        if payload is None:
            return
        topic = conversation.chat_id or conversation.customer_id
        result = await self._sender.send(subscription.browser, payload, topic)
        if listening.is_first_try_of(answer):
            subscription.tries = 0
        if result.outcome is Outcome.GONE:
            self._leave(subscription.pk)
            await self._thread.run(subscription.delete)
            return
        if result.outcome is Outcome.LATER and subscription.tries + 1 < MOST_TRIES:
            subscription.tries += 1
            wait = max(result.wait, self._backoff(subscription.tries))
            subscription.try_at = timezone.now() + dt.timedelta(seconds=wait)
        else:
            if result.outcome is not Outcome.DELIVERED:
                logger.warning("an answer was not told: %s", result.outcome.value)
            subscription.told, subscription.tries, subscription.try_at = answer.created_at, 0, None
        await self._thread.run(subscription.keep_state)

    def _backoff(self, tries: int) -> float:
        limit = min(LONGEST_WAIT, self.first_wait * 2**tries)
        return random.uniform(limit / 2, limit)  # noqa: S311

    def _payload(
        self, subscription: Subscription, answer: Event, conversation: Conversation
    ) -> Json | None:
        """None if it is not for us to tell any more."""
        widget = widget_of(subscription)
        if widget is None or not Subscription.objects.is_held(subscription.pk, self.name):
            return None
        return notification_of(
            answer, conversation, widget, subscription.language, subscription.page
        )


def find_widget(key: str) -> Widget | None:
    """None if it was switched off."""
    with suppress(Widget.DoesNotExist):
        return Widget.objects.find(key)
    return None


def widget_of(
    subscription: Subscription, find: Callable[[str], Widget | None] = find_widget
) -> Widget | None:
    """None if it was switched off, or may not act for that browser any more."""
    bearer = subscription.bearer_token
    widget = copy(find(bearer.customer.widget_key))
    if widget is None or not widget.may_act_for(bearer):
        return None
    widget.group_id = subscription.group_id
    return widget


class Listening:
    """What was heard for one browser."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.customer_pk = subscription.bearer_token.customer_id
        self.tab: AbsentTab | None = None
        self.answer = Event()  # the newest one
        self.conversation = Conversation("")
        self._tried = ""  # the answer that failed, as `created_at`
        self._heard_at = 0.0
        self._sent_away_at: float | None = None

    async def hear(self, update: Update) -> None:
        """Told by the relay."""
        match update:
            case ConnectionState(state=state):
                is_away = state is State.REFUSED
                self._sent_away_at = asyncio.get_running_loop().time() if is_away else None
            case Snapshot(conversation=conversation, threads=threads):
                self.conversation = conversation
                for thread in threads:
                    self._notice(*thread.events)
            case Happened(conversation=conversation, push=push):
                self.conversation = conversation
                match push:
                    case IncomingEvent(event=event):
                        self._notice(event)
                    case IncomingChat(chat=chat) if chat.thread:
                        self._notice(*chat.thread.events)
                    case EventDeleted(event_id=self.answer.id):
                        self.answer = Event()

    def _notice(self, *events: Event) -> None:
        for event in events:
            if is_answer(event, self.conversation) and event.created_at > self.answer.created_at:
                self.answer = event
                self._heard_at = asyncio.get_running_loop().time()

    def is_due(self, heard_before: float, seen_up_to: str) -> bool:
        """Whether the newest answer is to be told now."""
        subscription, at = self.subscription, self.answer.created_at
        is_news = at > max(subscription.told, seen_up_to) and self._heard_at <= heard_before
        return is_news and (subscription.try_at is None or subscription.try_at <= timezone.now())

    def is_first_try_of(self, answer: Event) -> bool:
        """Whether an earlier one was tried until now. What another process tried is not known."""
        tried, self._tried = self._tried, answer.created_at
        return tried not in ("", answer.created_at)

    def is_sent_away(self, before: float) -> bool:
        """Whether LiveChat has sent the customer away for so long; once for each time."""
        is_long_ago = self._sent_away_at is not None and self._sent_away_at <= before
        if is_long_ago:
            self._sent_away_at = None
        return is_long_ago
