"""Chats and their threads."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from chatproxy.livechat.structures.event_types import parse_event
from chatproxy.livechat.structures.events import Event
from chatproxy.livechat.structures.forms import Form
from chatproxy.livechat.structures.users import User
from chatproxy.livechat.structures.values import (
    Flag,
    Json,
    Properties,
    Text,
    each,
    number_of,
    object_of,
    objects_of,
    one,
    read,
    text_of,
)


class Queue(Struct, frozen=True):
    """`position` counts from 1; `wait_time` is an estimate in seconds."""

    position: int
    wait_time: int

    @classmethod
    def parse(cls, data: object) -> Queue | None:
        """None without a position."""
        fields = object_of(data)
        position = number_of(fields.get("position"))
        return None if position is None else cls(position, number_of(fields.get("wait_time")) or 0)


def events_in_order(value: object) -> tuple[Event, ...]:
    return tuple(sorted(map(parse_event, objects_of(value)), key=lambda event: event.sort_key))


class Thread(Struct, frozen=True):
    """One stretch of a chat, its events oldest first."""

    id: Text
    active: Flag = False
    created_at: Text = ""
    events: Annotated[tuple[Event, ...], events_in_order] = ()
    properties: Properties = {}
    queue: Annotated[Queue | None, Queue.parse] = None
    previous_thread_id: Text = ""
    next_thread_id: Text = ""

    @classmethod
    def parse(cls, data: Json) -> Thread:
        return read(cls, data)

    @property
    def is_offline_message(self) -> bool:
        """Whether it was left while nobody was there. Source: "Properties", `routing`."""
        return self.properties.get("routing", {}).get("offline_message") is True

    @property
    def greeting(self) -> str:
        """Which showing of a greeting it began with, "" for none. Source: "Properties", `lc2`."""
        return text_of(self.properties.get("lc2", {}).get("greeting_unique_id"))

    @property
    def survey_answer(self) -> str:
        """The first answer to what is asked after the chat, by its id; "" for none."""
        answers = (event.survey_answer for event in self.events if isinstance(event, Form))
        return next(filter(None, answers), "")


class Chat(Struct, frozen=True):
    """A chat with the thread that was asked for; a chat may have none."""

    id: Text
    users: Annotated[tuple[User, ...], each(User.parse)] = ()
    thread: Annotated[Thread | None, one(Thread.parse)] = None

    @classmethod
    def parse(cls, data: Json) -> Chat:
        return read(cls, data)


class ChatSummary(Struct, frozen=True):
    """A chat as `list_chats` lists it, without its threads."""

    id: Text
    users: Annotated[tuple[User, ...], each(User.parse)] = ()
    active: Flag = False
    last_thread_id: str = ""

    @classmethod
    def parse(cls, data: Json) -> ChatSummary:
        last_thread = object_of(data.get("last_thread_info"))
        thread_id = text_of(data.get("last_thread_id")) or text_of(last_thread.get("id"))
        return read(cls, data, last_thread_id=thread_id)


def parse_chats(data: Json) -> list[ChatSummary]:
    """The summaries that `list_chats` answers: `chats_info` from 3.7 on."""
    chats = objects_of(data.get("chats_summary")) or objects_of(data.get("chats_info"))
    return [ChatSummary.parse(chat) for chat in chats]


class ThreadPage(Struct, frozen=True):
    """Some threads, newest first; `next_page_id` is empty at the end."""

    threads: Annotated[tuple[Thread, ...], each(Thread.parse)] = ()
    next_page_id: Text = ""

    @classmethod
    def parse(cls, data: Json) -> ThreadPage:
        return read(cls, data)
