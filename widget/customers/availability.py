"""Whether somebody is there, the same for everybody who asks within a few seconds."""

from __future__ import annotations

import logging

from django.core.cache import cache

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.organization_api import Availability, OrganizationApi
from widget.models import Widget

logger = logging.getLogger(__name__)

AVAILABILITY_HOLDS = 10  # seconds
UNKNOWN = Availability(is_online=True, language="", config_version="", localization_version="")


def availability_of(widget: Widget) -> Availability:
    """What LiveChat says of the widget's group. Unknown counts as there: let them write."""
    known: Availability | None = cache.get(_key(widget))
    if known is not None:
        return known
    try:
        return known_availability(widget)
    except LiveChatError as error:
        logger.warning("widget %s: availability is unknown: %s", widget.key, error)
        cache.set(_key(widget), UNKNOWN, AVAILABILITY_HOLDS)
        return UNKNOWN


def known_availability(widget: Widget) -> Availability:
    """The same, for who must know. Raises LiveChatError."""
    known: Availability | None = cache.get(_key(widget))
    if known is None or known == UNKNOWN:
        known = OrganizationApi(widget.organization).get_dynamic_configuration()
        cache.set(_key(widget), known, AVAILABILITY_HOLDS)
    return known


def _key(widget: Widget) -> str:
    return f"availability:{widget.key}:{widget.group_id}"
