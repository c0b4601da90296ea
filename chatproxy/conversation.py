"""The rules between the methods: how a customer says something, whatever state the chat is in.

Source: Customer Chat API v3.6, "Chats", "Events" and the errors they answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from .customer_api import CustomerApi
from .errors import (
    ChatAlreadyActive,
    ChatInactive,
    ChatLimitReached,
    LiveChatError,
    NotConnected,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    Unreachable,
)
from .locks import one_at_a_time
from .structures import Json, Properties

TEXT_LIMIT = 16_384  # bytes of UTF-8 in one message
REMEMBERED = 86_400  # seconds for which a custom_id counts as tried
LOOK_BACK = 100  # events searched for a custom_id
PATIENCE = 3.0  # seconds we wait at most before the one second try
TURNS = 4  # send → resume → send, or start → list → resume → send


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new thread starts with, should saying something need one.

    `events` come before what is said (a filled form). With `continuous` nobody needs to be
    online. `group_id` sends the chat to another group than the one it is in.
    """

    events: tuple[Json, ...] = ()
    thread_properties: Properties = field(default_factory=dict)
    continuous: bool = False
    active: bool = True
    group_id: int | None = None

    def chat(self, event: Json, **fields: Any) -> Json:
        thread: Json = {"events": [*self.events, event]}
        if self.thread_properties:
            thread["properties"] = self.thread_properties
        if self.group_id is not None:
            fields["access"] = {"group_ids": [self.group_id]}
        return {**fields, "thread": thread}


def message(text: str, custom_id: str, **fields: Any) -> Json:
    return {"type": "message", "text": text, "custom_id": custom_id, **fields}


def file(url: str, custom_id: str, alternative_text: str = "") -> Json:
    words = {"alternative_text": alternative_text} if alternative_text else {}
    return {"type": "file", "url": url, "custom_id": custom_id, **words}


def filled_form(form_id: str, kind: str, fields: list[Json], custom_id: str) -> Json:
    """`kind`: prechat, postchat, ticket or ask_for_email. `fields` as they were asked, answered."""
    return {
        "type": "filled_form",
        "form_id": form_id,
        "fields": fields,
        "custom_id": custom_id,
        "properties": {"lc2": {"form_type": kind}},
    }


def say(api: CustomerApi, event: Json, opening: Opening = Opening()) -> None:
    """Put the event into the customer's chat, exactly once, whatever happened before.

    An event whose `custom_id` was tried already is looked up before it is sent. Raises
    LiveChatError when the event is not in the chat, as far as anyone can know.
    """
    custom_id = event["custom_id"]
    with one_at_a_time(f"say:{api.customer.pk}"):
        tried_before = not cache.add(f"tried:{api.customer.pk}:{custom_id}", True, REMEMBERED)
        if tried_before and is_in_chat(api, custom_id):
            return
        try:
            _say(api, event, opening)
        except (NotConnected, ServiceUnavailable, TooManyRequests) as error:
            time.sleep(_pause(error))  # nothing happened, so a second try is safe
            _say(api, event, opening)
        except Unreachable:
            if not is_in_chat(api, custom_id):
                raise


def say_again(api: CustomerApi, event: Json, opening: Opening = Opening()) -> None:
    """As `say`, for an event whose first try this process may know nothing of."""
    cache.set(f"tried:{api.customer.pk}:{event['custom_id']}", True, REMEMBERED)
    say(api, event, opening)


def is_in_chat(api: CustomerApi, custom_id: str) -> bool:
    """Whether the latest events of the chat hold this `custom_id`."""
    chat_id = api.customer.chat_id or _find_chat(api)
    if not chat_id:
        return False
    threads = api.list_threads(chat_id, events=LOOK_BACK).threads
    return any(event.custom_id == custom_id for thread in threads for event in thread.events)


def end(api: CustomerApi) -> None:
    """Deactivate the chat; one that has ended already is no error."""
    chat_id = api.customer.chat_id or _find_chat(api)
    if chat_id:
        with suppress(ChatInactive, NotFound):
            api.deactivate_chat(chat_id)


def _pause(error: LiveChatError) -> float:
    asked = error.retry_after if isinstance(error, TooManyRequests) else None
    return min(PATIENCE, asked or 0.5)


def _say(api: CustomerApi, event: Json, opening: Opening) -> None:
    """Try what fits the chat's state as we know it; each refusal teaches the next step."""
    step: Callable[[CustomerApi, Json, Opening], None]
    step = _send if api.customer.chat_id and opening.active else _open
    for _turn in range(TURNS):
        try:
            return step(api, event, opening)
        except ChatInactive:
            step = _open
        except ChatAlreadyActive:
            step = _send
        except ChatLimitReached:
            if not _find_chat(api):
                raise
            step = _open
        except NotFound:
            api.customer.found_chat("")
            step = _open
    raise ServiceUnavailable("the chat changes faster than we can follow")


def _send(api: CustomerApi, event: Json, opening: Opening) -> None:
    for first in opening.events:
        api.send_event(api.customer.chat_id, first)
    api.send_event(api.customer.chat_id, event)


def _open(api: CustomerApi, event: Json, opening: Opening) -> None:
    how = {"active": opening.active, "continuous": opening.continuous}
    if api.customer.chat_id:
        api.resume_chat(opening.chat(event, id=api.customer.chat_id), **how)
    else:
        chat_id, _thread_id = api.start_chat(opening.chat(event), **how)
        api.customer.found_chat(chat_id)


def _find_chat(api: CustomerApi) -> str:
    for chat in api.list_chats():
        api.customer.found_chat(chat.id)
    return api.customer.chat_id
