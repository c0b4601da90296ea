"""The customer's first act and last wish: becoming known, and being forgotten."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from chatproxy.errors import LiveChatError
from chatproxy.models import Customer
from widget.models import Widget
from widget.security import (
    TOKEN_HEADER,
    CustomerRequest,
    bearer_of,
    customer_required,
    widget_view,
)

logger = logging.getLogger(__name__)


@require_http_methods(["POST", "DELETE"])
@widget_view
def customer(request: HttpRequest, widget: Widget) -> HttpResponse:
    """POST: who acts for the first time becomes a customer. DELETE: forget me."""
    return forget(request, widget) if request.method == "DELETE" else welcome(request, widget)


def welcome(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Answer with the bearer token; the one that was brought stays, if we know it."""
    token = bearer_of(request)
    if token and Customer.objects.find(widget.key, token):
        return HttpResponse(status=200, headers={TOKEN_HEADER: token})
    try:
        _customer, token = Customer.objects.welcome(widget.key, widget.organization)
    except LiveChatError as error:
        logger.warning("widget %s: no identity for a customer: %s", widget.key, error)
        return render(request, "widget/refusal.html", {"advice": error.advice})
    return HttpResponse(status=201, headers={TOKEN_HEADER: token})


@customer_required
def forget(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Erase the identity and revoke its token."""
    request.customer.forget()
    return HttpResponse(status=204, headers={TOKEN_HEADER: ""})
