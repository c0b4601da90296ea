"""The widget's colours as a stylesheet, because a strict policy allows no inline style."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from widget.assets import made_once_a_version
from widget.customers.security import widget_view
from widget.models import Widget


@require_safe
@widget_view
def stylesheet(request: HttpRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """CSS custom properties, fresh within a minute of a change in the admin."""
    return HttpResponse(
        colors(widget),
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": "public, max-age=60"},
    )


@made_once_a_version
def colors(widget: Widget) -> str:
    return widget.appearance.stylesheet()
