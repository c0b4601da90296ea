"""What every event has, whatever its type."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from chatproxy.livechat.structures.values import Json, Properties, Text, read, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a thread; a type we do not know is an Event and nothing more.

    `id` is empty in previews and welcome messages, `author_id` in what the system says.
    """

    id: Text = ""
    type: Text = ""
    created_at: Text = ""
    author_id: Text = ""
    custom_id: Text = ""
    recipients: str = "all"
    properties: Properties = field(default_factory=dict)

    @property
    def number(self) -> int | None:
        """The event's place in its thread, or None if its id has another form."""
        return _parts_of(self.id)[1]

    @property
    def thread_id(self) -> str:
        """The thread the id begins with, "" if it has another form."""
        return _parts_of(self.id)[0]

    def is_after(self, other: Event) -> bool:
        """Whether it comes later in the same thread, or is in another thread."""
        return self.thread_id != other.thread_id or self.sort_key > other.sort_key

    @property
    def sort_key(self) -> tuple[bool, int, str, str]:
        number = self.number
        return number is None, number or 0, self.created_at, self.id


@lru_cache(maxsize=4096)  # a push asks twenty times
def _parts_of(event_id: str) -> tuple[str, int | None]:
    """The thread and the number that an event's id is made of."""
    thread_id, _, tail = event_id.rpartition("_")
    is_number = tail.isascii() and tail.isdigit() and len(tail) < 16
    return (thread_id, int(tail)) if is_number else ("", None)


E = TypeVar("E", bound=Event)


def read_event(structure: type[E], data: Json, **given: object) -> E:
    """An event of one type."""
    recipients = text_of(data.get("recipients")) or text_of(data.get("visibility")) or "all"
    return read(structure, data, recipients=recipients, **given)
