"""The widget's colours and the panel's style as one stylesheet: the policy allows none inline."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from widget.assets import digest, made_once_a_version, pack, short_source
from widget.customers.security import widget_view
from widget.models import Widget

HOLDS = 31_536_000  # seconds; its address changes with its content


@require_safe
@widget_view
def stylesheet(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Kept for good if it is the version asked for; any other is asked for again."""
    is_current = request.META["QUERY_STRING"] == style_version(widget)
    response = HttpResponse(
        style_of(widget),
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={HOLDS if is_current else 0}"},
    )
    return pack(request, response)


@made_once_a_version
def style_of(widget: Widget) -> str:
    """The rules follow the colours; some are for what not every widget has."""
    question = short_source("customers/ask_consent.css") if widget.ask_consent else ""
    return widget.appearance.stylesheet() + short_source("customers/panel.css") + question


def style_version(widget: Widget) -> str:
    """Changes with the colours, and with the style of a release."""
    return digest(style_of(widget))[:8]
