"""What a panel notices, for networks that let no websocket through: see `stream`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from chatproxy.livechat.errors import LiveChatError
from widget.customers.failures import on_failure
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.customers.visits import word
from widget.models import Widget


def nothing(request: HttpRequest, error: LiveChatError) -> HttpResponse:  # noqa: ARG001
    """It is not worth a second try, nor a word to the customer."""
    return HttpResponse(status=204)


@require_POST
@widget_view
@customer_required
@on_failure(nothing)
def mark_seen(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Everything in `chat` up to this `created_at` is on screen."""
    said = request.POST.dict()
    request.api.mark_events_as_seen(word(said, "chat"), word(said, "at"))
    return HttpResponse(status=204)


@require_POST
@widget_view
@customer_required
@on_failure(nothing)
def show_sneak_peek(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """What is being typed in `chat`, if the owner lets agents look."""
    said = request.POST.dict()
    if widget.sneak_peek:
        request.api.send_sneak_peek(word(said, "chat"), word(said, "text"))
    return HttpResponse(status=204)
