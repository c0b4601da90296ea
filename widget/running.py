"""What one process holds for everybody it serves: the relay, and what is counted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.apps import apps

from chatproxy.acting import ActingCustomer
from chatproxy.models import Customer
from chatproxy.relay.relay import Relay
from widget.models import Widget
from widget.statistics.counting import Tallies

if TYPE_CHECKING:
    from widget.apps import WidgetConfig


class Running:
    """Made when Django starts, once for each process; whoever serves closes the relay."""

    def __init__(self) -> None:
        self.tallies = Tallies()
        self.relay = Relay(self.tallies)

    def acting(self, customer: Customer, widget: Widget) -> ActingCustomer:
        """The customer as one who acts under this widget, and is counted."""
        return ActingCustomer(customer, widget.organization, self.tallies)


def running() -> Running:
    """This process's; a test may put another in its place."""
    return cast("WidgetConfig", apps.get_app_config("widget")).running
