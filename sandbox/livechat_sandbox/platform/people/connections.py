"""People leave some time after their last connection is gone, unless they are back by then."""

from collections.abc import Callable
from typing import TypeVar

from livechat_sandbox.platform.structures import Agent, Customer

P = TypeVar("P", Agent, Customer)


def lose_one(person: P, grace: float, leave: Callable[[P], None]) -> None:
    """A logged-in connection is gone. After the last one, `leave` in `grace` seconds."""
    person.connections = max(0, person.connections - 1)
    if person.connections == 0:
        person.offline_check += 1
        clock = person.organization.clock
        clock.call_later(grace, _leave_unless_back, person, person.offline_check, leave)


def _leave_unless_back(person: P, offline_check: int, leave: Callable[[P], None]) -> None:
    if person.connections == 0 and person.offline_check == offline_check:
        leave(person)
