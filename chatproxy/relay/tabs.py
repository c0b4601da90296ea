"""One open panel of a customer: what it was told, and what waits until it may be told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from chatproxy.livechat.pushes import Push
from chatproxy.relay.updates import ConnectionState, Update

Show = Callable[[Update], Awaitable[None]]

HELD_LIMIT = 500  # pushes held for one tab, past which its snapshot is read anew


class Tab:
    """One open panel of a customer. `since` is the last event it shows, "" for none.

    `is_visible`: somebody may be looking at the website, as far as the browser says.
    `shows_another`: what it shows is of a chat, or of a customer, that LiveChat no longer has.

    `show` hands the update to the server and does not wait for the browser: who does not read
    is for the server to let go. It raises OSError when the browser has gone.
    """

    __slots__ = ("held", "is_visible", "show", "shows_another", "since")

    def __init__(self, show: Show, since: str) -> None:
        self.show = show
        self.since = since
        self.is_visible = self.shows_another = False
        self.held: list[Push] | None = []  # what waits for its snapshot; None: up to date

    def hold(self, push: Push) -> None:
        """Keep it until the snapshot has been shown; if it is too much, begin anew."""
        if self.held is not None and len(self.held) < HELD_LIMIT:
            self.held.append(push)
        else:
            self.held = []  # another list: the snapshot that is on its way is not for it

    def wait_for_snapshot(self, last_event_id: str) -> None:
        """After a gap: what it shows now ends with this event."""
        if self.held is None:
            self.since = last_event_id
        self.held = []


class AbsentTab(Tab):
    """No browser's: somebody who has left asked to be told of an answer."""

    __slots__ = ()


class ExpectedTab(Tab):
    """A tab that is still being loaded: what it is told is kept until it comes."""

    __slots__ = ("ends", "kept")

    def __init__(self) -> None:
        super().__init__(self.keep, since="")
        self.kept: list[Update] = []
        self.ends: asyncio.TimerHandle | None = None

    async def keep(self, update: Update) -> None:
        if isinstance(update, ConnectionState):  # only the last one counts
            self.kept = [kept for kept in self.kept if not isinstance(kept, ConnectionState)]
        self.kept.append(update)
