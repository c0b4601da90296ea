"""What clients asked for: one entry for each request, in the order of the answers."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from livechat_sandbox.platform.clock import Clock

MOST = 10_000  # entries; the oldest are forgotten

Side = Literal["customer", "agent"]
Transport = Literal["web", "rtm", "accounts", "mcp"]


@dataclass(frozen=True)
class Entry:
    """`status` is HTTP's, over RTM the one the error has over HTTP, and 0 without an answer.

    `bytes` is the size of the answer, `at` are Unix seconds of the sandbox's clock. `origin` is the
    header `Origin`, over RTM the handshake's.
    """

    side: Side
    transport: Transport
    method: str
    status: int
    bytes: int
    at: float
    origin: str


class Journal:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=MOST)

    def note(
        self,
        side: Side,
        transport: Transport,
        method: str,
        status: int,
        size: int,
        origin: str = "",
    ) -> None:
        at = self._clock.time()
        self._entries.append(Entry(side, transport, method, status, size, at, origin))

    def entries(self, wanted: dict[str, str]) -> list[Entry]:
        """Those whose fields are, as text, what is wanted; newest last."""
        return [
            entry
            for entry in self._entries
            if all(str(getattr(entry, name)) == value for name, value in wanted.items())
        ]

    def clear(self) -> None:
        self._entries.clear()
