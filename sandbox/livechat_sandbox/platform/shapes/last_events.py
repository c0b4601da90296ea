"""The newest event of each type in a chat, as summaries have it."""

from collections.abc import Callable

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Chat, Event


def last_event_per_type(
    chat: Chat, sees: Callable[[Event], bool], show: Callable[[Event], Payload]
) -> Payload:
    """For somebody who `sees` only some events; `show` gives their shape."""
    found: Payload = {}
    for thread in reversed(chat.threads):
        for event in reversed(thread.events):
            if event.type not in found and sees(event):
                found[event.type] = {
                    "thread_id": thread.id,
                    "thread_created_at": thread.created_at,
                    "event": show(event),
                }
    return found
