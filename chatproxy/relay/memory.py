"""What was read last, kept small: a second tab, or the next page, is shown it without asking."""

from __future__ import annotations

import pickle
import zlib
from bisect import insort
from collections.abc import Callable

from msgspec.structs import replace

from chatproxy.livechat.pushes import (
    ChatDeactivated,
    ChatTransferred,
    CustomerUpdated,
    EventDeleted,
    EventPreview,
    EventsSeen,
    EventUpdated,
    GreetingAccepted,
    GreetingCanceled,
    IncomingChat,
    IncomingEvent,
    IncomingGreeting,
    PropertiesDeleted,
    PropertiesUpdated,
    Push,
    QueuePosition,
    Thinking,
    Typing,
    UserAdded,
    UserRemoved,
    WelcomeMessage,
)
from chatproxy.livechat.structures import Chat, Event, Thread
from chatproxy.relay.updates import Snapshot

PASSING = (EventPreview, Thinking, Typing)  # worth nothing a moment later
# Nobody else says what they tell: a conversation that has heard them knows all of it.
GREETINGS = (GreetingAccepted, GreetingCanceled, IncomingGreeting, WelcomeMessage)
# What they change a snapshot shows as it is now: that it was otherwise is not shown once more.
CONVERSATION = (
    *GREETINGS,
    ChatDeactivated,
    ChatTransferred,
    CustomerUpdated,
    EventsSeen,
    PropertiesDeleted,
    PropertiesUpdated,
    QueuePosition,
    UserAdded,
    UserRemoved,
)
MOST_PUSHES = 10  # since the last reading; each is a kilobyte for as long as the customer is here
# zlib's: a conversation becomes a tenth of its size at any level, and with tables so small, which
# are laid out anew each time, in half the time.
LEVEL, WINDOW, TABLES = 1, 13, 5


class Memory:
    """The last snapshot, and what was pushed since its reading began."""

    __slots__ = ("_packed", "_pushes")

    def __init__(self) -> None:
        self._packed: bytes | None = None
        self._pushes: list[Push] | None = None  # None: too many, or nothing was read

    def begin(self) -> None:
        """A reading begins: from now on every push counts."""
        self._packed, self._pushes = None, []

    def forget(self) -> None:
        self._packed = self._pushes = None

    def hear(self, push: Push) -> None:
        if self._pushes is None or isinstance(push, PASSING):
            return
        if len(self._pushes) == MOST_PUSHES:
            self.forget()
        else:
            self._pushes.append(push)

    def keep(self, snapshot: Snapshot) -> None:
        """This is what the reading found."""
        if self._pushes is not None:
            leave_out_greetings(self._pushes)
            packer = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, TABLES)
            self._packed = packer.compress(pickle.dumps(snapshot)) + packer.flush()

    def recall(self) -> tuple[Snapshot, list[Push]] | None:
        """The snapshot, and what to tell after it. None: it must be read."""
        if self._packed is None or self._pushes is None:
            return None
        # Our own bytes, which have never left this process.
        snapshot: Snapshot = pickle.loads(zlib.decompress(self._packed))  # noqa: S301
        told: list[Push] = []
        for push in self._pushes:
            if (next_snapshot := snapshot_after(snapshot, push)) is None:
                told.append(push)
            else:
                snapshot = next_snapshot
        return snapshot, told

    def find(self, event_id: str) -> Event | None:
        """The event as it is now, if it is remembered whole."""
        if (recalled := self.recall()) is None:
            return None
        snapshot, pushes = recalled
        told: list[Event | None] = [getattr(push, "event", None) for push in reversed(pushes)]
        told += [event for thread in snapshot.threads for event in thread.events]
        return next((event for event in told if event and event.id == event_id), None)


def leave_out_greetings(pushes: list[Push]) -> None:
    """What a snapshot's conversation has heard: told after it, what is over would come back."""
    pushes[:] = [push for push in pushes if not isinstance(push, GREETINGS)]


def thread_ids(snapshot: Snapshot) -> set[str]:
    return {thread.id for thread in snapshot.threads}


def snapshot_after(snapshot: Snapshot, push: Push) -> Snapshot | None:
    """The snapshot with what the push says, None if it has no place for that."""
    match push:
        case IncomingChat(chat=Chat(thread=Thread() as begun)):
            return with_thread(snapshot, push, begun)
        case IncomingEvent() if push.thread_id in thread_ids(snapshot):
            return with_event(snapshot, push)
        case EventUpdated(event=event) if push.thread_id in thread_ids(snapshot):
            return with_events(snapshot, lambda old: event if old.id == event.id else old)
        case EventDeleted(event_id=deleted) if push.thread_id in thread_ids(snapshot):
            return with_events(snapshot, lambda old: None if old.id == deleted else old)
        case _ if isinstance(push, CONVERSATION):
            return replace(snapshot, conversation=snapshot.conversation.after(push))
        case _:
            return None


def with_events(snapshot: Snapshot, change: Callable[[Event], Event | None]) -> Snapshot:
    threads = tuple(
        replace(thread, events=tuple(filter(None, map(change, thread.events))))
        for thread in snapshot.threads
    )
    return replace(snapshot, threads=threads)


def with_thread(snapshot: Snapshot, push: IncomingChat, begun: Thread) -> Snapshot:
    """A chat that was started or resumed since."""
    others = (thread for thread in snapshot.threads if thread.id != begun.id)
    conversation = snapshot.conversation.after(push)
    return replace(snapshot, threads=(*others, begun), conversation=conversation)


def with_event(snapshot: Snapshot, push: IncomingEvent) -> Snapshot:
    """Told after the snapshot it would be news to a page that has only just come."""
    threads = tuple(
        with_one_more(thread, push.event) if thread.id == push.thread_id else thread
        for thread in snapshot.threads
    )
    return replace(snapshot, threads=threads, conversation=snapshot.conversation.after(push))


def with_one_more(thread: Thread, event: Event) -> Thread:
    """In its place, which is not the last where it comes late."""
    if any(known.id == event.id for known in thread.events):
        return thread
    events = [*thread.events]
    insort(events, event, key=lambda each: each.sort_key)
    return replace(thread, events=tuple(events))
