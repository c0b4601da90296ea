"""Who has answered lately: the faces of an empty chat. LiveChat tells no stranger who is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from chatproxy.livechat.structures import User

LATELY = 6 * 3600  # seconds
MOST = 3


@dataclass(frozen=True, slots=True)
class Face:
    """An agent as customers see them."""

    name: str
    avatar: str
    is_bot: bool


def remember_faces(widget_key: str, agents: Iterable[User]) -> None:
    """These have just answered, the last one last."""
    fresh = [Face(agent.name, agent.avatar, agent.is_bot) for agent in agents if agent.name]
    known = [face for face in faces_of(widget_key) if face not in fresh]
    cache.set(_key(widget_key), [*reversed(fresh), *known][:MOST], LATELY)


def faces_of(widget_key: str) -> list[Face]:
    """Whoever answered last comes first."""
    faces: list[Face] = cache.get(_key(widget_key), [])
    return faces


def _key(widget_key: str) -> str:
    return f"faces:{widget_key}"
