"""The socket's fragments as server-sent events, for networks that let no websocket through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from chatproxy.relay.tabs import Tab
from chatproxy.relay.updates import Snapshot, Update
from widget.customers.consumers import HEARTBEAT
from widget.customers.moves import moved_html
from widget.customers.security import CustomerRequest, customer_required, too_often, widget_view
from widget.customers.visits import visit_of, word
from widget.models import Widget
from widget.rendering.locale import Locale
from widget.running import running

logger = logging.getLogger(__name__)

LASTS = 35.0  # seconds, and at most a heartbeat more: a server may end what takes a minute
MOST_UNREAD = 500  # fragments a browser may leave unread
NOT_POSSIBLE = 501
RETRY = 10  # seconds, if there is no room
ALIVE = "event: alive\ndata:\n\n"


@require_safe
@widget_view
@customer_required
def stream(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Everything from after `event`, the last one on screen, for LASTS seconds.

    `url` and `title` say where the customer is. Source: HTML, "Server-sent events".
    """
    if not isinstance(request, ASGIRequest):
        # A WSGI server would give all of it at its end, and hold one of its few workers till then.
        return HttpResponse(status=NOT_POSSIBLE)
    address = request.META.get("REMOTE_ADDR", "")
    if running().socket_counts.is_full(address):
        return too_often(request, RETRY)
    response = StreamingHttpResponse(
        Stream(request, widget, address).events(), content_type="text/event-stream"
    )
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold it back
    return cast(HttpResponse, response)  # those around it look at its headers alone


class Stream:
    """One tab that listens by HTTP."""

    hears_of_moves = True
    tab: Tab | None = None

    def __init__(self, request: CustomerRequest, widget: Widget, address: str) -> None:
        said = request.GET.dict()
        self.customer, self.customer_pk = request.customer, request.customer.pk
        self.widget_key, self.token_hash = widget.key, request.bearer.token_hash
        self.website = request.bearer.website
        self.visit = visit_of(said, request.headers.get("User-Agent", ""))
        self.organization = widget.organization.on_page(self.visit.url)
        self.since, self.shows_earlier = word(said, "event"), widget.history
        zone = request.headers.get("X-Chat-Zone", "")
        self.locale = Locale.of(translation.get_language() or "en", zone)
        self.address = address
        # Also fragments; None is the end.
        self.unread: asyncio.Queue[Update | str | None] = asyncio.Queue(MOST_UNREAD)

    async def events(self) -> AsyncIterator[str]:
        """The fragments, and a word whenever there is nothing to say."""
        relay, sockets = running().relay, running().sockets
        running().socket_counts.add(self.address)
        sockets.add(self)
        tab = self.tab = relay.attach(
            self.customer, self.organization, self.visit, self.show, self.since
        )
        try:
            end = asyncio.get_running_loop().time() + LASTS
            while asyncio.get_running_loop().time() < end and (event := await self.next_event()):
                yield event
        finally:
            sockets.remove(self)
            relay.detach(self.customer.pk, tab)
            running().socket_counts.remove(self.address)

    async def next_event(self) -> str:
        """ "" at the end, and when there is something that we cannot show: see `show_or_close`."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                update = await self.unread.get()
        except TimeoutError:
            return ALIVE
        if update is None:
            return ""
        if isinstance(update, str):
            return event_of(update)
        try:
            return event_of(await running().renderer.html_of(update, self.locale))
        except Exception:
            logger.exception("customer %s: a tab could not be told", self.customer_pk)
            return ""

    def follow(self, widget: Widget) -> bool:
        """What the browser says comes in requests of their own."""
        self.shows_earlier = widget.history
        return True

    async def refuse(self, code: int) -> None:
        """Who may not stay hears nothing more, not even what is waiting."""
        while not self.unread.empty():
            self.unread.get_nowait()
        self.unread.put_nowait(None)

    async def tell_of_move(self) -> None:
        with suppress(asyncio.QueueFull):
            self.unread.put_nowait(moved_html(self.locale.language))

    async def show(self, update: Update) -> None:
        """Raises OSError when the browser does not read."""
        if isinstance(update, Snapshot) and self.tab and not self.shows_earlier:
            update = update.without_earlier(self.tab.since)
        try:
            self.unread.put_nowait(update)
        except asyncio.QueueFull as full:
            raise OSError("the browser does not read") from full


def event_of(html: str) -> str:
    """One event with these lines."""
    return "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
