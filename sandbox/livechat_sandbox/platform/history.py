"""What has happened and shows nowhere else: reports count it."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["displayed", "accepted", "canceled"]


@dataclass
class GreetingOutcome:
    """`at` is in Unix seconds."""

    greeting_id: int
    outcome: Outcome
    at: float


@dataclass
class Wait:
    """Of a thread in the queue, in Unix seconds. It has ended: with an agent, or without."""

    chat_id: str
    thread_id: str
    began_at: float
    ended_at: float

    @property
    def seconds(self) -> float:
        return self.ended_at - self.began_at


@dataclass
class StatusChange:
    """Of an agent, at a moment in Unix seconds."""

    agent_id: str
    before: str
    after: str
    at: float


@dataclass
class History:
    """Each list has the oldest first."""

    greetings: list[GreetingOutcome] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    statuses: list[StatusChange] = field(default_factory=list)
    began_at: float = 0.0  # Unix seconds
