"""Faults on demand: what goes wrong, for whom, how often and for how long."""

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.world import Connection, World


class Faults:
    def __init__(self, world: "World", start: str) -> None:
        self._world = world
        self._random = random.Random(start)  # noqa: S311 - repeatable on purpose
        self.active: list[Any] = []

    def send_push(self, connection: "Connection", action: str, frame: bytes) -> None:
        connection.wire.send(frame)
