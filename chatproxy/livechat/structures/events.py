"""What every event has, whatever its type."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import force_setattr

from chatproxy.livechat.structures.values import Properties, Text


class Event(Struct, frozen=True, kw_only=True):
    """One entry of a thread; a type we do not know is an Event and nothing more.

    `id` is empty in previews and welcome messages, `author_id` in what the system says. It is made
    of the thread's id and the `number` of the event's place there; of another form, it has neither.
    """

    id: Text = ""
    type: Text = ""
    created_at: Text = ""
    author_id: Text = ""
    custom_id: Text = ""
    recipients: Text = ""
    visibility: Text = ""
    properties: Properties = {}
    thread_id: str = ""
    number: int | None = None

    def __post_init__(self) -> None:
        """Take the id apart once: a push asks twenty times."""
        thread_id, _, tail = self.id.rpartition("_")
        is_number = tail.isascii() and tail.isdigit() and len(tail) < 16
        force_setattr(self, "thread_id", thread_id if is_number else "")
        force_setattr(self, "number", int(tail) if is_number else None)

    def is_after(self, other: Event) -> bool:
        """Whether it comes later in the same thread, or is in another thread."""
        return self.thread_id != other.thread_id or self.sort_key > other.sort_key

    @property
    def is_for_agents(self) -> bool:
        """A whisper. LiveChat has two names for who may see an event."""
        return (self.recipients or self.visibility) == "agents"

    @property
    def sort_key(self) -> tuple[bool, int, str, str]:
        return self.number is None, self.number or 0, self.created_at, self.id
