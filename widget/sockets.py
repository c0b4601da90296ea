"""The browsers' sockets that this process holds, and whether each may stay."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import aclosing
from contextvars import Context
from typing import Protocol

from redis.exceptions import RedisError

from chatproxy.endings import Ending, ended, endings_elsewhere
from chatproxy.models import BearerToken
from chatproxy.threads import Threads
from widget.models import Move, Widget

logger = logging.getLogger(__name__)

# Close codes; from 4000 on a browser does not come back. Source: RFC 6455, "Internal Error".
NOT_SHOWN = 1011
UNKNOWN_TOKEN = 4401
FORBIDDEN_ORIGIN = 4403
NO_WIDGET = 4404
NO_CONSENT = 4451  # the owner asks first, or asks something else

LOOK_EVERY = 10.0  # seconds, for what nobody told us
RETRY_AFTER = 1.0  # seconds without Redis before the next try
PATIENCE = 10.0  # seconds for a browser that does not read


class Socket(Protocol):
    """For which customer, widget and website a browser's socket is open."""

    widget_key: str
    customer_pk: int
    token_hash: str
    website: str
    hears_of_moves: bool

    def follow(self, widget: Widget) -> bool:
        """Go by what the owner has set now. Return whether such a socket may still be open."""
        ...

    async def refuse(self, code: int) -> None: ...

    async def tell_of_move(self) -> None: ...


class OpenSockets:
    """Watches over the sockets of one event loop for as long as there are any."""

    def __init__(self) -> None:
        self._sockets: set[Socket] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watching: tuple[asyncio.Task[None], ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = Threads(1, "looks")  # one: what was read later is followed later
        ended.connect(self._hear)

    def add(self, socket: Socket) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # another server's, as tests have them
            self._sockets, self._loop, self._watching = set(), loop, ()
        self._sockets.add(socket)
        if not self._watching:
            both = self._look_now_and_then(), self._listen()
            self._watching = tuple(loop.create_task(work) for work in both)

    def remove(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        if not self._sockets:
            for task in self._watching:
                task.cancel()
            self._watching = ()

    def _hear(self, ending: Ending, **_signal: object) -> None:
        """Called in any thread, in which this process brought the ending about."""
        if self._loop and self._sockets and not self._loop.is_closed():
            # The look is nobody's request: its lines in the log would have that request's id.
            self._loop.call_soon_threadsafe(self._look_soon, ending, context=Context())

    def _look_soon(self, ending: Ending) -> None:
        self._start(self._look_at(ending))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look(tuple(self._sockets))

    async def _listen(self) -> None:
        """What other processes say. Of what was said in a gap, looking now and then learns."""
        while True:
            try:
                async with aclosing(endings_elsewhere()) as endings:
                    async for ending in endings:
                        await self._look_at(ending)
                return  # there is no Redis
            except (RedisError, OSError) as error:
                logger.warning("endings elsewhere are not heard: %s", type(error).__name__)
            except Exception:
                logger.exception("endings elsewhere are not heard")
            await asyncio.sleep(RETRY_AFTER)

    async def _look_at(self, ending: Ending) -> None:
        await self._look(
            tuple(
                socket
                for socket in self._sockets
                if socket.widget_key == ending.widget_key
                and ending.customer_pk in (None, socket.customer_pk)
            )
        )

    async def _look(self, sockets: Iterable[Socket]) -> None:
        """Send away who may not stay. A look that fails is made up for by the next."""
        try:
            refused = await self._thread.run(reasons_to_go, sockets)
            moved = await self._thread.run(news_of_moves, sockets)
        except Exception:
            logger.exception("it is unknown who may stay")
            return
        for socket, code in refused.items():
            if socket in self._sockets:
                self._start(tell(socket.refuse(code)))
        for socket in moved - refused.keys():
            self._start(tell(socket.tell_of_move()))


async def tell(telling: Coroutine[None, None, None]) -> None:
    """Each socket by itself: one that does not listen, or fails, holds up none of the others."""
    try:
        async with asyncio.timeout(PATIENCE):
            await telling
    except (OSError, TimeoutError) as error:
        logger.info("a socket could not be told: %r", error)
    except Exception:
        logger.exception("a socket could not be told")


def reasons_to_go(sockets: Iterable[Socket]) -> dict[Socket, int]:
    """Who may not stay, and the code with which they are sent away."""
    of_widgets: defaultdict[str, list[Socket]] = defaultdict(list)
    for socket in sockets:
        of_widgets[socket.widget_key].append(socket)
    there = BearerToken.objects.still_there([s.token_hash for s in sockets])
    return {
        socket: code
        for key, its_sockets in of_widgets.items()
        for socket, code in _reasons(key, its_sockets, there)
    }


def _reasons(
    key: str, sockets: list[Socket], there: Mapping[str, str]
) -> Iterable[tuple[Socket, int]]:
    """`there`: the tokens that there are, and the version each one's customer agreed to."""
    try:
        widget = Widget.objects.find(key)
    except Widget.DoesNotExist:
        return [(socket, NO_WIDGET) for socket in sockets]
    reasons = []
    for socket in sockets:
        if socket.token_hash not in there:
            reasons.append((socket, UNKNOWN_TOKEN))
        elif not socket.follow(widget) or not widget.may_stand_on(socket.website):
            reasons.append((socket, FORBIDDEN_ORIGIN))
        elif not widget.may_store_and_send(there[socket.token_hash]):
            reasons.append((socket, NO_CONSENT))
    return reasons


def news_of_moves(sockets: Iterable[Socket]) -> set[Socket]:
    """Those whose chat has gone on in another browser, and who do not know it yet."""
    panels = [socket for socket in sockets if socket.hears_of_moves]
    news = Move.objects.take_news({socket.token_hash for socket in panels})
    return {socket for socket in panels if socket.token_hash in news}
