"""On which website a widget was last seen, so that its owner knows that the snippet works."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from chatproxy.models import BearerToken, Customer
from widget.models import Widget
from widget.options.origins import origin_of

KEPT = 30 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A page of this website fetched the loader, or a customer chatted there."""

    origin: str
    at: dt.datetime


def remember(widget: Widget, referer: str) -> None:
    """Note the website behind a `Referer` header. Anyone may send one: only own websites count."""
    origin = origin_of(referer)
    if widget.allows(origin):
        cache.set(where(widget), LastSeen(origin, timezone.now()), KEPT)


def last(widget: Widget) -> LastSeen | None:
    """The last one in a month; of a cache that was emptied, what its customers tell."""
    seen: LastSeen | None = cache.get(where(widget))
    return seen or last_of_customers(widget)


def last_of_customers(widget: Widget) -> LastSeen | None:
    """Where the one who was here last has chatted; a start of the server does not forget it."""
    lately = timezone.now() - dt.timedelta(seconds=KEPT)
    customers = Customer.objects.filter(widget_key=widget.key, last_seen_at__gt=lately)
    latest = customers.order_by("-last_seen_at").only("pk").first()  # no secret is read
    browsers = BearerToken.objects.filter(customer=latest).exclude(website="")
    browser = browsers.order_by("-used_at").first()
    if browser is None or not widget.allows(browser.website):
        return None
    return LastSeen(browser.website, browser.used_at)


def where(widget: Widget) -> str:
    """Where the shared cache keeps it."""
    return f"last-seen:{widget.key}"


def last_of_each(widgets: Collection[Widget]) -> dict[str, LastSeen]:
    """As `last`, of many widgets at once, by their keys; those that were not seen are left out."""
    seen: dict[str, LastSeen] = cache.get_many([where(widget) for widget in widgets])
    return {widget.key: seen[where(widget)] for widget in widgets if where(widget) in seen}
