"""Which forms in a chat are answered, as far as what is shown of it tells.

LiveChat keeps no more of that than the answers themselves, as events further on: what is seen here
need not be asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from chatproxy.livechat.structures import Event, Form, Thread


def with_answered_forms(threads: Sequence[Thread]) -> Sequence[Thread]:
    """These threads, oldest first; each form that is answered further on in them knows it."""
    if not any(isinstance(event, Form) for thread in threads for event in thread.events):
        return threads
    answered: set[str] = set()  # ids of forms, from the newest event back to where we are
    return [marked(thread, answered) for thread in reversed(threads)][::-1]


def marked(thread: Thread, answered: set[str]) -> Thread:
    events = [known(event, answered) for event in reversed(thread.events)]
    return replace(thread, events=tuple(reversed(events)))


def known(event: Event, answered: set[str]) -> Event:
    """The event as what comes after it shows it; an answer is noted for those before it."""
    if not isinstance(event, Form):
        return event
    if event.type == "filled_form":
        answered.add(event.form_id)
        return event
    return replace(event, is_answered=event.form_id in answered)
