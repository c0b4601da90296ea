"""Which pushes are news, which tell that something is missing, and when to ask for that.

LiveChat numbers the events of a thread. A number that is passed over is a push that comes late,
one that was lost, or a whisper between agents, of which a customer never hears.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable

from chatproxy.livechat.pushes import EventDeleted, IncomingChat, IncomingEvent, Push
from chatproxy.livechat.structures import Chat, Event, Thread

PATIENCE = 4.0  # seconds for a late push, before LiveChat is asked
SLOWER = 5.0  # times as long after each question that found nothing
LONGEST = 300.0  # seconds
MOST = 100  # numbers passed over at once; more is no whispering


class Step(enum.Enum):
    """How an event relates to the last one we know."""

    NEXT = "next"
    SKIPS = "skips"  # numbers of the same thread are missing
    LOST = "lost"  # so much is missing that it must be read now


def step_to(event: Event, last: Event, thread_id: str) -> Step:
    """`thread_id` is the conversation's last thread, as far as we know."""
    if event.number is None or last.number is None:
        return Step.NEXT
    if event.thread_id != last.thread_id:
        begins = event.number == 1 and event.thread_id == thread_id
        return Step.NEXT if begins else Step.LOST
    missing = event.number - last.number - 1
    if missing <= 0:
        return Step.NEXT
    return Step.SKIPS if missing <= MOST else Step.LOST


class Gaps:
    """The events that were passed over, and how patient to be about them."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self._vain = 0

    @property
    def patience(self) -> float:
        """Seconds to wait for what is missing: long, where agents whisper."""
        return min(LONGEST, PATIENCE * math.pow(SLOWER, self._vain))

    def skip(self, event: Event, last: Event) -> None:
        """The numbers between the two are missing now."""
        if event.number is not None and last.number is not None:
            numbers = range(last.number + 1, event.number)
            self.missing |= {f"{event.thread_id}_{number}" for number in numbers}

    def hear(self, push: Push) -> None:
        """What was missing has come late, or has been deleted meanwhile."""
        if not self.missing:
            return
        match push:
            case IncomingEvent(event=event):
                self.missing.discard(event.id)
            case EventDeleted(event_id=event_id):
                self.missing.discard(event_id)

    def read(self, threads: Iterable[Thread]) -> None:
        """LiveChat was asked: what is not there will never come."""
        if self.missing:
            there = {event.id for thread in threads for event in thread.events}
            self._vain = 0 if self.missing & there else self._vain + 1
            self.missing.clear()

    def is_past(self, push: Push, last: Event) -> bool:
        """Whether the push tells what is on screen already, perhaps as it no longer is.

        Whatever was passed over is waited for: so nothing else up to the last event is news,
        and showing it again could undo an edit or hide what followed.
        """
        match push:
            case IncomingEvent(event=event) if event.number is not None:
                known = event.thread_id == last.thread_id and event.number <= (last.number or 0)
                return known and event.id not in self.missing
            case IncomingChat(chat=Chat(thread=Thread(events=events, created_at=created_at))):
                return (events[-1].created_at if events else created_at) <= last.created_at
            case _:
                return False


def last_after(push: Push, last: Event) -> Event:
    """The last event there is, once this push has been heard."""
    match push:
        case IncomingEvent(event=event) if event.is_after(last):
            return event
        case IncomingChat(chat=Chat(thread=Thread(events=(*_, event)))):
            return event
        case _:
            return last


def later(known: Event, read: Event, *, heard: bool) -> Event:
    """The last event there is, after a reading that found `read` to be the last.

    `heard`: `known` was pushed while the chat was being read. In one thread the higher number
    counts, though its event may be deleted by now: what follows it is no gap.
    """
    if known.thread_id == read.thread_id:
        return max(known, read, key=lambda event: event.sort_key)
    return known if heard else read
