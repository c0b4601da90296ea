"""Whether somebody is there: asked for everybody at once, and kept fresh for widgets in use."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.core.cache import cache

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.organization_api import Availability, OrganizationApi
from widget.asking import ask_once
from widget.models import Widget

logger = logging.getLogger(__name__)

AVAILABILITY_HOLDS = 10  # seconds
REFRESHED_EVERY = 60  # seconds, for a widget in use; in all processes together
IN_USE = 900.0  # seconds since its loader was fetched
REMEMBERED = 900  # seconds; what is older says nothing of now
LOOKS_EVERY = 5.0  # seconds
AT_ONCE = 4  # LiveChat is asked for so many widgets beside each other
UNKNOWN = Availability(is_online=True, config_version="")


def availability_of(widget: Widget) -> Availability:
    """What LiveChat says of the widget's group. Unknown counts as there: let them write."""
    if not widget.organization_id:  # a preview of a widget that is being made
        return UNKNOWN
    known: Availability | None = cache.get(_answer_key(widget))
    if known is not None:
        return known
    try:
        return known_availability(widget)
    except LiveChatError as error:
        logger.warning("widget %s: availability is unknown: %s", widget.key, error)
        cache.set(_answer_key(widget), UNKNOWN, REMEMBERED if widget.ground else AVAILABILITY_HOLDS)
        return UNKNOWN


def is_known(widget: Widget) -> bool:
    """Whether `availability_of` asks LiveChat for nothing."""
    return not widget.organization_id or cache.get(_answer_key(widget)) is not None


def known_availability(widget: Widget) -> Availability:
    """The same, for those who must know. Raises LiveChatError."""
    known: Availability | None = cache.get(_key(widget))
    if known is None or known == UNKNOWN:
        return ask_once(widget.organization, _key(widget), partial(ask, widget))
    return known


def ask(widget: Widget) -> Availability:
    """What LiveChat says now. Raises LiveChatError."""
    availability = OrganizationApi(widget.organization).get_dynamic_configuration()
    cache.set(_key(widget), availability, AVAILABILITY_HOLDS)
    cache.set(_last_key(widget), availability, REMEMBERED)
    cache.set(_groups_key(widget), list(availability.online_groups), REMEMBERED)
    return availability


def online_groups(widget: Widget) -> list[int] | None:
    """The groups in which somebody was there when LiveChat was asked last; None: not known.

    It never waits. Without an answer the owner's opening hours are gone by.
    """
    groups: list[int] | None = cache.get(_groups_key(widget))
    return [] if groups is None and widget.reopens_at() else groups


def is_away(widget: Widget) -> bool:
    """Whether nobody is there, or should be. It never waits."""
    groups = online_groups(widget)
    return (groups is not None and widget.group_id not in groups) or bool(widget.reopens_at())


class AvailabilityKeeper:
    """Asks LiveChat for the widgets whose loader is fetched, so that nobody has to wait for it."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[Widget, float]] = {}  # by key, and when it was
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, "availability")

    def use(self, widget: Widget) -> None:
        """A page has fetched its loader. For a preview nobody waits: there is a new one at once."""
        if widget.ground:
            return
        with self._lock:
            self._used[widget.key] = widget, time.monotonic()
        if not cache.get(_turn_key(widget)):
            self._news.set()

    def keep_forever(self) -> None:
        """In a thread of its own."""

        def keep() -> None:
            while True:
                self._news.wait(LOOKS_EVERY)
                self._news.clear()
                try:
                    for widget in self.due():
                        self._pool.submit(refresh, widget)
                except Exception:
                    logger.exception("availability was not refreshed")

        threading.Thread(target=keep, name="availability", daemon=True).start()

    def due(self) -> list[Widget]:
        """Those in use whose turn it is. Who gets a widget here asks for it."""
        lately = time.monotonic() - IN_USE
        with self._lock:
            self._used = {key: used for key, used in self._used.items() if used[1] > lately}
            widgets = [widget for widget, _at in self._used.values()]
        return [widget for widget in widgets if cache.add(_turn_key(widget), True, REFRESHED_EVERY)]


def refresh(widget: Widget) -> None:
    """Ask LiveChat. What it said before holds on if it does not answer."""
    try:
        ask(widget)
    except LiveChatError as error:
        logger.warning("widget %s: availability is not refreshed: %s", widget.key, error)
    except Exception:  # nobody looks at what becomes of this
        logger.exception("widget %s: availability is not refreshed", widget.key)


def _answer_key(widget: Widget) -> str:
    """Where its panel finds the answer: to look well, a preview needs no newer one than the last.

    Each pause while an owner types makes another preview.
    """
    return _last_key(widget) if widget.ground else _key(widget)


def _key(widget: Widget) -> str:
    return f"availability:4:{widget.asks_about}"


def _last_key(widget: Widget) -> str:
    return f"last-availability:{widget.asks_about}"


def _groups_key(widget: Widget) -> str:
    return f"online-groups:2:{widget.asker}"


def _turn_key(widget: Widget) -> str:
    return f"availability-turn:{widget.key}"
