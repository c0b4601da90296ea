"""On which website a widget was last seen, so that its owner knows that the snippet works."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
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
    return last_of_each([widget]).get(widget.key)


def last_of_each(widgets: Collection[Widget]) -> dict[str, LastSeen]:
    """As `last`, of many widgets at once, by their keys; those that were not seen are left out."""
    kept = cache.get_many([where(widget) for widget in widgets])
    seen = {widget.key: kept[where(widget)] for widget in widgets if where(widget) in kept}
    return seen | last_of_customers([widget for widget in widgets if widget.key not in seen])


def last_of_customers(widgets: Collection[Widget]) -> dict[str, LastSeen]:
    """Where the one who was here last has chatted; a start of the server does not forget it."""
    lately = timezone.now() - dt.timedelta(seconds=KEPT)
    customers = Customer.objects.filter(widget_key=OuterRef("key"), last_seen_at__gt=lately)
    latest = Subquery(customers.order_by("-last_seen_at").values("pk")[:1])
    those = Widget.objects.filter(pk__in=[widget.pk for widget in widgets]).annotate(latest=latest)
    customer_of: dict[str, int | None] = dict(those.values_list("key", "latest"))
    browsers = BearerToken.objects.filter(customer__in=customer_of.values()).exclude(website="")
    seen: dict[int | None, LastSeen] = {
        browser.customer_id: LastSeen(browser.website, browser.used_at)
        for browser in browsers.order_by("used_at")
    }
    return {
        widget.key: there
        for widget in widgets
        if (there := seen.get(customer_of.get(widget.key))) and widget.allows(there.origin)
    }


def where(widget: Widget) -> str:
    """Where the shared cache keeps it."""
    return f"last-seen:{widget.key}"
