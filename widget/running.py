"""What one process holds for everybody it serves: the relay, the sockets, and
what is counted meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.utils.module_loading import import_string

from chatproxy.acting import ActingCustomer
from chatproxy.leaving import going_on
from chatproxy.livechat.errors import LiveChatError
from chatproxy.models import Customer
from chatproxy.relay.observers import Several
from chatproxy.relay.relay import Relay
from chatproxy.service import billed, chatproxy_app
from chatproxy.threads import Threads
from widget.availability import AvailabilityKeeper
from widget.limits import SocketCounts, Told
from widget.models import Widget
from widget.notifications import keys
from widget.notifications.listening import Listener
from widget.rendering.heavy import Renderer
from widget.signals import SignalSender
from widget.sockets import OpenSockets
from widget.statistics.counting import Counts

if TYPE_CHECKING:
    from widget.apps import WidgetConfig

# Seconds when the process ends: for connections and push services, and after that for the counts.
CLOSE_WITHIN = 12.0
WRITE_WITHIN = 3.0


class Running:
    """Made when Django starts, once for each process; whoever serves closes the relay."""

    has_begun = False

    def __init__(self) -> None:
        self.counts = Counts()
        self.signals = SignalSender()
        self.observer = Several(self.counts, self.signals)
        self.relay = Relay(self.observer)
        self.renderer = Renderer()
        self.sockets = OpenSockets()
        self.socket_counts = SocketCounts()
        self.identifying = Threads(4, "sockets")
        self.told = Told()
        billed.connect(self.counts.bill)
        self.availability = AvailabilityKeeper()
        self.listener: Listener | None = None

    def begin(self) -> None:
        """This process serves, so it writes down what it counts, and knows who is there."""
        if not self.has_begun:
            self.has_begun = True
            chatproxy_app().begin()
            self.counts.write_forever(self.relay.customers_of_widgets)
            self.availability.keep_forever()
            self._listen()

    def _listen(self) -> None:
        """For those who have left and asked to be told, where that is possible."""
        if keys.is_possible():
            sender = import_string("widget.notifications.sending.Sender")()
            self.listener = Listener(self.relay, sender)
            self.listener.begin()

    async def leave(self) -> None:
        """Close the connections to LiveChat politely, and write down the last counts.

        Whatever fails or takes too long, such as a database that is away, keeps nothing else from
        being done. It never raises.
        """
        await asyncio.gather(self._stop_listening(), self._close_relay())
        with going_on("the last counts"):
            async with asyncio.timeout(WRITE_WITHIN):
                await asyncio.to_thread(self.counts.write)

    async def _stop_listening(self) -> None:
        if self.listener:
            with going_on("listening for those who have left"):
                async with asyncio.timeout(CLOSE_WITHIN):
                    await self.listener.close()

    async def _close_relay(self) -> None:
        with going_on("the connections to LiveChat"):
            async with asyncio.timeout(CLOSE_WITHIN):
                await self.relay.close()

    @contextmanager
    def welcoming(self, widget: Widget) -> Iterator[None]:
        """Somebody becomes a customer in this block; who is refused is counted as well."""
        try:
            yield
        except LiveChatError as error:
            newcomer = Customer(widget_key=widget.key, organization_id=widget.organization_id)
            self.counts.fail(newcomer, error)
            raise

    def acting(self, customer: Customer, widget: Widget) -> ActingCustomer:
        """The customer as one who acts under this widget; it is counted, and signals tell of it."""
        return ActingCustomer(customer, widget.organization, self.observer, self.relay)


def tell_identity(instance: Customer, created: bool, **_: object) -> None:
    """Receives Django's `post_save` of a customer."""
    if created:
        running().signals.welcome(instance)


def running() -> Running:
    """This process's; a test may put another in its place."""
    return cast("WidgetConfig", apps.get_app_config("widget")).running
