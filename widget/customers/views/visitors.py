"""The page in a hidden frame that says where a visitor is, where an owner has them tracked.

Websites need allow nothing more for it than for the chat, because it talks to its own server.
"""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from widget.assets import digest, made_once, pack, short_source
from widget.customers.failures import on_failure, words
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.customers.views.customers import DetailsForm, tell
from widget.customers.visits import MOST_CHARACTERS
from widget.models import Widget
from widget.running import running

PAGE_HOLDS = 3600  # seconds; it is nothing but its script's address
SCRIPT_HOLDS = 31_536_000  # seconds; its address changes with its content


@require_safe
@widget_view
def visitor(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The frame's page. Behind `#` it may be told a picture to show, and does nothing else then."""
    if not widget.track_visitors:
        raise Http404
    context = {"widget": widget, "version": version()}
    response = render(request, "widget/customers/visitor.html", context)
    response.headers["Cache-Control"] = f"public, max-age={PAGE_HOLDS}"
    return pack(request, response)


@require_safe
@widget_view
def script(request: HttpRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    is_current = request.META["QUERY_STRING"] == version()
    response = HttpResponse(
        short_source("customers/visitor.js"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={SCRIPT_HOLDS if is_current else 0}"},
    )
    return pack(request, response)


@made_once
def version() -> str:
    return digest(short_source("customers/visitor.js"))[:8]


class GoalsForm(DetailsForm):
    """Where the customer is, and what the website says of them."""

    url = forms.CharField(max_length=MOST_CHARACTERS)


@require_POST
@widget_view
@customer_required
@on_failure(words)
def check_goals(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Something may have reached a goal, a sale for example: agents and LiveChat's reports see it.

    For a customer who is connected, LiveChat looks on its own, once it knows what the website says.
    """
    form = GoalsForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    tell(request.api, form.details())
    if running().relay.conversation_of(request.customer.pk) is None:
        request.api.check_goals(form.cleaned_data["url"], form.cleaned_data["session"])
    return HttpResponse(status=204)
