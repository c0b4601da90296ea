"""The rules between the methods: how a customer says something, whatever state the chat is in.

Source: Customer Chat API v3.6, "Chats", "Events" and the errors they answer.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.cache import cache

from chatproxy.acting import ActingCustomer
from chatproxy.livechat.errors import (
    UNKNOWN_CHAT,
    ChatAlreadyActive,
    ChatInactive,
    ChatLimitReached,
    GreetingNotFound,
    LiveChatError,
    NotConnected,
    NotFound,
    ServiceUnavailable,
    Unreachable,
)
from chatproxy.livechat.service import Reason
from chatproxy.livechat.structures import ChatSummary, Json, Properties
from chatproxy.locks import Note, one_at_a_time
from chatproxy.service import chatproxy_app
from chatproxy.turns import let_others_run

TEXT_LIMIT = 16_384  # bytes of UTF-8 in one message
REMEMBERED = 600  # seconds: a panel that tries again says so, a proxy does it sooner
LOOK_BACK = dt.timedelta(days=1)  # what was tried is in a thread of that time, or nowhere
LOOK_EVERY = 1.0  # seconds between two searches
SETTLED = 16.0  # seconds after which a request has been taken or never will: LiveChat's are 15
PAUSE = 0.5  # seconds before the one second try
# Source: "Default properties": customers may write it at threads, and nobody may read it.
PAST_BOTS: Properties = {"routing": {"ignore_bots": True}}
STEPS = 4  # send, refused, resume, refused, ...: more means that somebody plays with the chat


class ProbablyActive(ChatAlreadyActive):
    """LiveChat spoke of a limit, which may be another one than that of active chats."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new thread starts with, should saying something need one.

    `events` come before what is said (a filled form). With `continuous` nobody needs to be
    online. `group_id` sends the chat to another group than the one it is in; a new chat goes to
    the organization's otherwise. With `attach_to_last_thread` nothing is begun: what is said
    belongs to the thread that was last, open or not. With `ends_last_thread` that is over, and
    another one begins: past bots, say, with PAST_BOTS.
    """

    events: tuple[Json, ...] = ()
    thread_properties: Properties = field(default_factory=dict)
    continuous: bool = False
    active: bool = True
    group_id: int | None = None
    attach_to_last_thread: bool = False
    ends_last_thread: bool = False

    def chat(self, events: list[Json], **fields: Any) -> Json:
        thread: Json = {"events": events}
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


def say(api: ActingCustomer, event: Json, opening: Opening = Opening()) -> None:
    """Put the event into the customer's chat, exactly once, whatever happened before.

    An event whose `custom_id` was tried already is looked up before it is sent. Raises
    LiveChatError when the event is not in the chat, as far as anyone can know.
    """
    _say_once(api, event, opening, settles_in=None)


def say_again(api: ActingCustomer, event: Json, opening: Opening = Opening()) -> None:
    """As `say`, for an event whose first try this process may know nothing of."""
    _say_once(api, event, opening, chatproxy_app().began + SETTLED - time.monotonic())


def _say_once(api: ActingCustomer, event: Json, opening: Opening, settles_in: float | None) -> None:
    """`settles_in`: seconds in which a try may still arrive of which nothing is remembered.

    A note has the time of a clock that may have been set back since, or be another server's.
    """
    api.take_place()
    unsaid, tried = [*opening.events, event], _try_note(api, event)
    with one_at_a_time(f"say:{api.customer.pk}", tried):
        if tried.found is not None:
            settles_in = min(tried.found - time.time(), SETTLED)
        tried.left = 0 if settles_in is None else time.time() + settles_in
        if settles_in is not None and not (unsaid := _wait_for_missing(api, unsaid, settles_in)):
            tried.left = 0
            return
        if opening.ends_last_thread:  # not what the same wish has opened: nobody else says it now
            end(api)
        try:
            _say(api, unsaid, opening, tried)
        except (NotConnected, ServiceUnavailable):
            with let_others_run():
                time.sleep(PAUSE)
            if unsaid := _wait_for_missing(api, unsaid):
                _say(api, unsaid, opening, tried)
        except Unreachable:
            if _wait_for_missing(api, unsaid):
                raise  # it may still arrive, so only another try may send it again
            tried.left = 0


def do_once(api: ActingCustomer, custom_id: str, act: Callable[[], None]) -> None:
    """Do what LiveChat keeps no id of, unless it was done under this id. Raises LiveChatError.

    What was done without a confirmation is done again: `act` should see for itself.
    """
    api.take_place()
    done = f"done:{api.customer.pk}:{custom_id}"
    with one_at_a_time(f"say:{api.customer.pk}"):
        if not cache.get(done):
            act()
            cache.set(done, True, REMEMBERED)


def end(api: ActingCustomer) -> None:
    """Deactivate the chat; one that has ended already is no error."""
    chat_id = api.customer.chat_id or _find_chat(api)
    if chat_id:
        with suppress(ChatInactive), _unless_lost(api):
            api.deactivate_chat(chat_id)


def stop_answer(answer_id: str, custom_id: str) -> Json:
    """What asks a bot not to write on: an event that apps may fill and nobody is shown.

    `answer_id` is the `custom_id` of the answer in the making. Source: "Events", type `custom`.
    """
    return {"type": "custom", "custom_id": custom_id, "content": {"stop_answer": answer_id}}


def _try_note(api: ActingCustomer, event: Json) -> Note:
    """Until when a try of this event may still arrive."""
    return Note(f"try:{api.customer.pk}:{event['custom_id']}", SETTLED, REMEMBERED)


def _wait_for_missing(api: ActingCustomer, events: list[Json], settles_in: float = 0) -> list[Json]:
    """Those of the events that LiveChat does not have, to go by their `custom_id`.

    Nobody knows before it `settles_in` so many seconds, so until then it looks again.
    """
    settled_at = time.monotonic() + settles_in
    while True:
        settled = time.monotonic() >= settled_at
        missing = _find_missing(api, events)
        if settled or not missing:
            return missing
        with let_others_run():
            time.sleep(LOOK_EVERY)


def _find_missing(api: ActingCustomer, events: list[Json]) -> list[Json]:
    """Those that are in no thread of the last day, newest first: much may have been said since."""
    missing = {event["custom_id"]: event for event in events}
    api = api.because(Reason.SEARCH)
    long_ago = (dt.datetime.now(dt.UTC) - LOOK_BACK).isoformat()
    for _ in range(2):  # should the chat we know be lost, in the one there is
        if not (chat_id := api.customer.chat_id or _find_chat(api)):
            break
        with _unless_lost(api):
            for thread in api.all_threads(chat_id):
                for event in thread.events:
                    missing.pop(event.custom_id, None)
                if not missing or thread.created_at < long_ago:
                    break
            break
    return [*missing.values()]


def _say(api: ActingCustomer, unsaid: list[Json], opening: Opening, tried: Note) -> None:
    """Say it, and note whether it may still arrive if nobody confirms it."""
    try:
        _step_by_step(api, unsaid, opening, tried)
    except LiveChatError as error:
        if type(error) is Unreachable:
            tried.open()  # it may have left only just before
        else:  # LiveChat said no, or never heard of it
            tried.left = 0
        raise
    tried.left = 0


def _step_by_step(api: ActingCustomer, unsaid: list[Json], opening: Opening, tried: Note) -> None:
    """Try what fits the chat's state as we know it; each refusal teaches the next step."""
    begins = not opening.active or opening.ends_last_thread
    step = _send if api.customer.chat_id and not begins else _open
    if opening.attach_to_last_thread:
        step = _attach
    limit: BaseException | None = None  # that LiveChat spoke of just before
    for steps_left in reversed(range(STEPS)):
        tried.open()
        try:
            step(api, unsaid, opening)
            return
        except (ChatAlreadyActive, ChatInactive, *UNKNOWN_CHAT) as refusal:
            if not steps_left or opening.attach_to_last_thread:
                raise
            if limit and isinstance(refusal, ChatInactive):  # so it was another limit
                raise limit from refusal
            limit = refusal.__cause__ if isinstance(refusal, ProbablyActive) else None
            if isinstance(refusal, UNKNOWN_CHAT) and not _has_lost_chat(api, refusal):
                raise
            step = _send if isinstance(refusal, ChatAlreadyActive) else _open


def _send(api: ActingCustomer, unsaid: list[Json], opening: Opening) -> None:  # noqa: ARG001
    """One by one; what was said is no longer unsaid, should the next one be refused."""
    while unsaid:
        api.send_event(api.customer.chat_id, unsaid[0])
        del unsaid[0]


def _attach(api: ActingCustomer, unsaid: list[Json], opening: Opening) -> None:  # noqa: ARG001
    while unsaid:
        api.send_event(api.customer.chat_id, unsaid[0], attach_to_last_thread=True)
        del unsaid[0]


def _open(api: ActingCustomer, unsaid: list[Json], opening: Opening) -> None:
    """Begin a thread. One that a greeting led to begins with it, if LiveChat has it still."""
    if api.greeting and opening.active:
        led = {**opening.thread_properties, "lc2": api.greeting.properties}
        with suppress(GreetingNotFound):
            _begin(api, unsaid, replace(opening, thread_properties=led))
            return
    _begin(api, unsaid, opening)


def _begin(api: ActingCustomer, unsaid: list[Json], opening: Opening) -> None:
    """In the chat the customer has, or else in the one that this makes."""
    how = {"active": opening.active, "continuous": opening.continuous}
    if not api.customer.chat_id:
        group_id = api.organization.group_id if opening.group_id is None else opening.group_id
        first = replace(opening, group_id=group_id)
        try:
            chat_id, _thread_id = api.start_chat(first.chat(unsaid), **how)
        except ChatLimitReached as refusal:
            chats = _learn_chats(api)
            if not chats:
                raise
            if chats[-1].active:
                raise ChatAlreadyActive from refusal
        else:
            api.customer.remember_chat(chat_id)
            return
    try:
        api.resume_chat(opening.chat(unsaid, id=api.customer.chat_id), **how)
    except ChatLimitReached as refusal:  # LiveChat's tables have no other word for it
        raise ProbablyActive from refusal


@contextmanager
def _unless_lost(api: ActingCustomer) -> Iterator[None]:
    """What LiveChat refuses because it no longer has the chat ends this block, and is no error."""
    try:
        yield
    except UNKNOWN_CHAT as refusal:
        if not _has_lost_chat(api, refusal):
            raise


def _has_lost_chat(api: ActingCustomer, refusal: LiveChatError) -> bool:
    """Whether LiveChat refused because it no longer has the chat; then it is forgotten here."""
    if not (known := api.customer.chat_id):
        return False
    listed = [] if isinstance(refusal, NotFound) else [chat.id for chat in api.list_chats()]
    if known in listed:
        return False
    api.customer.remember_chat(next(iter(listed), ""))
    return True


def _find_chat(api: ActingCustomer) -> str:
    _learn_chats(api)
    return api.customer.chat_id


def _learn_chats(api: ActingCustomer) -> list[ChatSummary]:
    """What LiveChat has of the customer: one chat, or none. It is remembered."""
    chats = api.list_chats()
    for chat in chats:
        api.customer.remember_chat(chat.id)
    return chats
