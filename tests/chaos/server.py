"""`python -m tests.chaos.server PORT [BROKEN]`: our server, in a hurry, and broken if asked.

Every pause is a tenth of its length, so that a short run sees many of them. BROKEN takes one
promise away; the suite must notice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable


def hurry() -> None:
    from chatproxy import conversation, locks
    from chatproxy.livechat import rtm
    from chatproxy.relay import gaps, pace, reactions
    from widget import sockets

    reactions.SHORTEST, reactions.FIRST, reactions.LONGEST = 0.1, 0.5, 2.0
    gaps.PATIENCE, gaps.LONGEST = 0.4, 30.0
    pace.FIRST_PAUSE, pace.FASTEST = 0.05, 2000.0
    rtm.PING_EVERY, rtm.SILENT_TOO_LONG, rtm.ANSWER_TIMEOUT = 1.0, 2.5, 4.0
    conversation.SETTLED, conversation.LOOK_EVERY = 4.0, 0.2
    locks.LEASE, locks.RENEW_EVERY = 4.0, 1.0
    sockets.LOOK_EVERY = 3600.0  # who may stay no longer is told so


def without_resume() -> None:
    """After a gap, tabs go on as if nothing had happened."""
    from chatproxy.livechat.service import Reason
    from chatproxy.relay.live import LiveCustomer

    def go_on(self: LiveCustomer, why: Reason) -> None:
        if any(tab.held for tab in self.tabs) or not self.last_event.id:
            self._catch_up_soon()

    def notice_nothing(self: LiveCustomer, event: object) -> None:
        return

    LiveCustomer._resume = go_on  # type: ignore[method-assign]
    LiveCustomer._notice_gap = notice_nothing  # type: ignore[method-assign]


def without_upsert() -> None:
    """What comes is put at the end, however often and whenever it comes."""
    from widget.rendering import heavy
    from widget.rendering.pushes import html_of

    def appended(*arguments: object) -> str:
        html = html_of(*arguments)  # type: ignore[arg-type]
        return html.replace("<hx-upsert", '<hx-partial hx-swap="beforeend"').replace(
            "</hx-upsert>", "</hx-partial>"
        )

    vars(heavy)["html_of"] = appended


def without_lookup() -> None:
    """What is tried again is sent again."""
    from chatproxy import conversation
    from chatproxy.acting import ActingCustomer
    from chatproxy.livechat.structures import Json

    def all_of_them(api: ActingCustomer, events: list[Json]) -> list[Json]:
        return events

    conversation._find_missing = all_of_them


BREAK: dict[str, Callable[[], None]] = {
    "resume": without_resume,
    "upsert": without_upsert,
    "lookup": without_lookup,
}


def main(port: int, broken: str = "") -> str | None:
    from config.server import serve  # first of all: it puts Twisted on uvloop
    from config.asgi import application  # isort: skip
    from widget.running import running

    hurry()
    if broken:
        BREAK[broken]()
    return serve(application, "127.0.0.1", port, leave=running().relay.close)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *sys.argv[2:]))
