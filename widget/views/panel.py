"""The panel itself: a shell without identity, and what it says before anybody has written."""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from chatproxy.errors import LiveChatError
from chatproxy.organization_api import Availability, OrganizationApi
from widget.models import Widget
from widget.security import widget_view

logger = logging.getLogger(__name__)

SHELL_HOLDS = 60  # seconds
AVAILABILITY_HOLDS = 20  # seconds


@require_safe
@widget_view
def panel(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The shell: the same for everybody who reads this language, so it may be cached."""
    language = translation.get_language() or "en"
    response = render(
        request,
        "widget/panel.html",
        {
            "widget": widget,
            "language": language,
            "is_rtl": translation.get_language_bidi(),
            "title": widget.text("header_title", language),
            "subtitle": widget.text("header_text", language),
            "greeting": widget.text("greeting_text", language),
        },
    )
    response.headers["Cache-Control"] = f"public, max-age={SHELL_HOLDS}"
    return response


@require_safe
@widget_view
def welcome(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Whether somebody is there, asked apart: LiveChat may be slow, the shell may not."""
    language = translation.get_language() or "en"
    return render(
        request,
        "widget/availability.html",
        {"is_online": is_online(widget), "offline_text": widget.text("offline_text", language)},
    )


def is_online(widget: Widget) -> bool:
    """Whether an agent of the widget's group takes chats. Unknown counts as yes: let them write."""
    availability = cache.get_or_set(
        f"availability:{widget.key}", lambda: availability_of(widget), AVAILABILITY_HOLDS
    )
    return bool(availability is None or availability.is_online)


def availability_of(widget: Widget) -> Availability | None:
    try:
        return OrganizationApi(widget.organization).get_dynamic_configuration()
    except LiveChatError as error:
        logger.warning("widget %s: availability is unknown: %s", widget.key, error)
        return None
