"""Greetings: what a campaign says to a customer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from chatproxy.livechat.structures.event_types import parse_event
from chatproxy.livechat.structures.events import Event
from chatproxy.livechat.structures.users import User
from chatproxy.livechat.structures.values import Flag, Json, Text, number_of, object_of, read


def greeting_id_of(value: object) -> int:
    return number_of(value) or 0


def event_of(value: object) -> Event:
    return parse_event(object_of(value))


def agent_of(value: object) -> User:
    return User.parse(object_of(value))


class Greeting(Struct, frozen=True):
    """One showing (`unique_id`) of a configured greeting (`id`).

    With `is_exit_intent` it is to be shown when the customer is about to leave the page.
    `accepted`: the customer has taken it up.
    """

    id: Annotated[int, greeting_id_of]
    unique_id: Text
    event: Annotated[Event, event_of]
    agent: Annotated[User, agent_of]
    is_exit_intent: Flag = False
    is_announcement: bool = False
    accepted: Flag = False

    @classmethod
    def parse(cls, data: Json) -> Greeting:
        return read(cls, data, is_announcement=data.get("subtype") == "announcement")
