"""The customer's first act and last wish: becoming known, and being forgotten."""

from __future__ import annotations

import logging

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from chatproxy.customer_api import CustomerApi
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

MOST_VARIABLES = 100
LONGEST_NAME, LONGEST_VALUE = 500, 3500  # characters of a session variable


class DetailsForm(forms.Form):
    """What the website knows of its visitor. `session` is an object of texts."""

    name = forms.CharField(max_length=255, required=False)
    email = forms.EmailField(required=False)
    session = forms.JSONField(required=False)

    def clean_session(self) -> list[dict[str, str]]:
        """As LiveChat takes session fields: one object for each."""
        session = self.cleaned_data["session"] or {}
        if not isinstance(session, dict) or len(session) > MOST_VARIABLES:
            raise forms.ValidationError("Not an object of at most 100 texts.")
        return [
            {str(name)[:LONGEST_NAME]: str(value)[:LONGEST_VALUE]}
            for name, value in session.items()
        ]

    def told(self) -> dict[str, object]:
        """What there is to tell, by LiveChat's names."""
        names = {"name": "name", "email": "email", "session": "session_fields"}
        return {
            theirs: self.cleaned_data[ours]
            for ours, theirs in names.items()
            if self.cleaned_data[ours]
        }


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


@require_POST
@widget_view
@customer_required
def details(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Tell LiveChat what the website knows of the customer. Nobody waits for this answer."""
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    if told := form.told():
        try:
            CustomerApi(request.customer, widget.organization).update_customer(**told)
        except LiveChatError as error:
            logger.warning("a customer's details were not told: %s", error)
    return HttpResponse(status=204)
