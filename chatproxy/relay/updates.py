"""What the relay tells every tab of a customer."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from typing import Any

from django.utils.functional import Promise
from msgspec import Struct
from msgspec.structs import replace

from chatproxy.livechat.pushes import (
    ChatDeactivated,
    ChatTransferred,
    CustomerUpdated,
    EventsSeen,
    GreetingAccepted,
    GreetingCanceled,
    IncomingChat,
    IncomingEvent,
    IncomingGreeting,
    PropertiesDeleted,
    PropertiesUpdated,
    Push,
    QueuePosition,
    UserAdded,
    UserRemoved,
    WelcomeMessage,
)
from chatproxy.livechat.structures import (
    ChatSummary,
    Event,
    Form,
    Greeting,
    Queue,
    Thread,
    User,
)


class State(enum.Enum):
    """The state of a customer's connection to LiveChat."""

    CONNECTING = "connecting"  # opening the socket, logging in
    RESUMING = "resuming"  # logged in, fetching what was missed
    LIVE = "live"  # everything is on screen
    WAITING = "waiting"  # lost; another try is set
    REFUSED = "refused"  # LiveChat said no; only an act of the customer tries again
    CLOSED = "closed"  # nobody is watching any more


class Conversation(Struct, frozen=True):
    """What is known of a customer's chat, apart from its events. Each push makes another one.

    `people` by user id. `seen` is, by user id, the time up to which somebody has read.
    `thread_id` is the last thread; `active` says whether it is open. `group_id` is the group
    the customer came for. `rating` is the last thread's: what is pushed of it says only what
    changed. `is_offline_message`: the last thread is a message left while nobody was there.
    `greeting` is the one on show, until a chat begins; `past_greeting` is the last showing that
    ended so, of which LiveChat may go on telling. `welcome` stands where there is no greeting.
    `survey_answer` is the id of what was answered after the last thread, "" for nothing yet.
    """

    customer_id: str
    group_id: int = 0
    chat_id: str = ""
    thread_id: str = ""
    active: bool = False
    people: dict[str, User] = {}
    seen: dict[str, str] = {}
    queue: Queue | None = None
    rating: dict[str, Any] = {}
    is_offline_message: bool = False
    greeting: Greeting | None = None
    past_greeting: str = ""
    welcome: Event | None = None
    survey_answer: str = ""

    def author(self, event: Event) -> User | None:
        return self.people.get(event.author_id)

    def is_own(self, event: Event) -> bool:
        return event.author_id == self.customer_id

    def is_about_last_thread(self, push: Push) -> bool:
        """Also if it names none."""
        return push.thread_id in ("", self.thread_id)

    @property
    def customer(self) -> User:
        return self.people.get(self.customer_id, User(id=self.customer_id, type="customer"))

    @property
    def agent(self) -> User | None:
        """Who the customer talks to: an agent who is present, else the last one who was."""
        agents = [user for user in self.people.values() if user.type == "agent"]
        present = [user for user in agents if user.present]
        return next(reversed(present or agents), None)

    @property
    def seen_by_agent_up_to(self) -> str:
        others = [time for user_id, time in self.seen.items() if user_id != self.customer_id]
        return max(others, default="")

    def with_users(self, users: tuple[User, ...]) -> Conversation:
        seen = {user.id: user.events_seen_up_to for user in users if user.events_seen_up_to}
        return replace(
            self,
            people={**self.people, **{user.id: user for user in users}},
            seen={**self.seen, **seen},
        )

    def with_chat(self, chat: ChatSummary, threads: tuple[Thread, ...]) -> Conversation:
        """As LiveChat just listed it; `threads` oldest first."""
        last = threads[-1] if threads else None
        active = last.active if last else chat.active
        has_begun = active or self._has_led_to(threads)
        known = self._without_greeting() if has_begun else self
        return replace(
            known,
            chat_id=chat.id,
            thread_id=last.id if last else chat.last_thread_id,
            active=active,
            queue=last.queue if last else None,
            rating=last.properties.get("rating", {}) if last else {},
            is_offline_message=bool(last and last.is_offline_message),
            survey_answer=last.survey_answer if last else "",
            welcome=None,
        ).with_users(chat.users)

    def after(self, push: Push) -> Conversation:
        """What is known once this push has been heard."""
        match push:
            case IncomingEvent(event=event) if event.author_id:  # first: most pushes are one
                told = self._with_seen(event.author_id, event.created_at)
                if isinstance(event, Form) and push.thread_id == self.thread_id:
                    return replace(told, survey_answer=self.survey_answer or event.survey_answer)
                return told
            case IncomingChat(chat=chat):
                thread = chat.thread
                before = self._without_greeting()
                return replace(
                    before,
                    chat_id=chat.id,
                    thread_id=thread.id if thread else self.thread_id,
                    active=thread.active if thread else self.active,
                    queue=thread.queue if thread else None,
                    rating=thread.properties.get("rating", {}) if thread else self.rating,
                    is_offline_message=bool(thread and thread.is_offline_message),
                    survey_answer=thread.survey_answer if thread else "",
                    welcome=None,
                ).with_users(chat.users)
            case IncomingGreeting(greeting=greeting):
                return self.with_greeting(greeting)
            case WelcomeMessage(event=event):
                return replace(self, welcome=event)
            case GreetingAccepted(unique_id=taken):
                return replace(self, greeting=self._greeting_after(taken, accepted=True))
            case GreetingCanceled(unique_id=over):
                return replace(self, greeting=self._greeting_after(over, accepted=False))
            case ChatDeactivated() if self.is_about_last_thread(push):
                return replace(self, active=False, queue=None)
            case PropertiesUpdated(event_id="", properties={"rating": dict() as changes}) if (
                self.is_about_last_thread(push)
            ):
                return replace(self, rating=self.rating | changes)
            case PropertiesDeleted(event_id="", properties={"rating": list() as names}) if (
                self.is_about_last_thread(push)
            ):
                kept = {name: value for name, value in self.rating.items() if name not in names}
                return replace(self, rating=kept)
            case ChatTransferred(queue=queue) | QueuePosition(queue=queue):
                return replace(self, queue=queue)
            case UserAdded(user=user):
                queue = None if user.type == "agent" else self.queue
                return replace(self, queue=queue).with_users((user,))
            case UserRemoved(user_id=user_id) if user_id in self.people:
                gone = replace(self.people[user_id], present=False)
                return replace(self, people={**self.people, user_id: gone})
            case CustomerUpdated(name=name, email=email):
                known = self.customer
                named = replace(known, name=name or known.name, email=email or known.email)
                return replace(self, people={**self.people, named.id: named})
            case EventsSeen(user_id=user_id, seen_up_to=seen_up_to):
                return self._with_seen(user_id, seen_up_to)
            case _:
                return self

    def with_greeting(self, greeting: Greeting | None) -> Conversation:
        """As LiveChat says. One that a chat has ended does not come back."""
        is_past = bool(self.past_greeting) and greeting and self.past_greeting == greeting.unique_id
        return replace(self, greeting=None if is_past else greeting)

    def _without_greeting(self) -> Conversation:
        """A chat has begun."""
        if self.greeting is None:
            return self
        return replace(self, greeting=None, past_greeting=self.greeting.unique_id)

    def _has_led_to(self, threads: tuple[Thread, ...]) -> bool:
        """Whether the greeting on show is where one of these threads began."""
        led = {thread.greeting for thread in threads} - {""}
        return self.greeting is not None and self.greeting.unique_id in led

    def _greeting_after(self, unique_id: str, *, accepted: bool) -> Greeting | None:
        """The one on show, if that is it, is accepted or gone; another one stays."""
        shown = self.greeting
        if shown is None or shown.unique_id != unique_id:
            return shown
        return replace(shown, accepted=True) if accepted else None

    def _with_seen(self, user_id: str, seen_up_to: str) -> Conversation:
        """Never backwards: LiveChat's times sort as text."""
        if seen_up_to <= self.seen.get(user_id, ""):
            return self
        return replace(self, seen={**self.seen, user_id: seen_up_to})


class Update(Struct, frozen=True, kw_only=True):
    """One thing to show. `rendered` is a memo its readers share: once for all tabs alike."""

    rendered: dict[Hashable, str] = {}


class Snapshot(Update, frozen=True):
    """The latest threads, oldest first, as they are now; each replaces what is shown of it.

    `earlier_page_id` leads to older threads, empty if there are none; None if nobody asked:
    what a tab knows of it still holds. Always a tab's first update, and again after every gap.

    `begins_anew`: what the tab shows is so old that something between is missing here, or it is
    of another chat, so these threads stand in place of all it shows.
    """

    conversation: Conversation
    threads: tuple[Thread, ...] = ()
    earlier_page_id: str | None = ""
    begins_anew: bool = False

    @property
    def last_event(self) -> Event:
        """The newest event there is, an empty one if there is none."""
        newest_first = (e for thread in reversed(self.threads) for e in reversed(thread.events))
        return next(newest_first, Event())

    def after(self, event_id: str) -> Snapshot:
        """The same for a tab whose last event this is; "" if it shows none."""
        if not event_id or not self.threads or self._place_of(event_id) is not None:
            return self
        return self.anew()

    def anew(self) -> Snapshot:
        """The same in place of all that a tab shows."""
        return Snapshot(self.conversation, self.threads, self.earlier_page_id, begins_anew=True)

    def without_earlier(self, event_id: str) -> Snapshot:
        """The same without what is older than the thread of that event, or than the last one."""
        place = self._place_of(event_id)
        threads = self.threads[-1 if place is None else place :]
        return Snapshot(self.conversation, threads, begins_anew=self.begins_anew)

    def _place_of(self, event_id: str) -> int | None:
        """Where its thread is: of an event that has been deleted since, its id still tells."""
        thread_id = Event(id=event_id).thread_id
        for place, thread in enumerate(self.threads):
            if thread.id == thread_id or any(event.id == event_id for event in thread.events):
                return place
        return None


class Happened(Update, frozen=True):
    """A push; `conversation` takes it into account already."""

    push: Push
    conversation: Conversation


class ConnectionState(Update, frozen=True):
    """The connection's state changed. `advice` is for the customer, if there is any."""

    state: State
    advice: str | Promise = ""
