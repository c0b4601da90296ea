"""Somebody in a chat."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from chatproxy.livechat.structures.values import Flag, Json, Text, WebUrl, read


def user_type_of(value: object) -> str:
    return "customer" if value == "customer" else "agent"


class User(Struct, frozen=True):
    """Somebody in a chat. `type` is "customer" or "agent"; bots are agents."""

    id: Text
    type: Annotated[str, user_type_of]
    name: Text = ""
    avatar: WebUrl = ""
    job_title: Text = ""
    is_bot: Flag = False
    present: Flag = False
    email: Text = ""
    events_seen_up_to: Text = ""

    @classmethod
    def parse(cls, data: Json) -> User:
        return read(cls, data)
