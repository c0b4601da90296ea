"""The customer takes up a greeting, or waves it away."""

from __future__ import annotations

import logging

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST

from chatproxy.livechat.customer_api import CustomerApi
from chatproxy.livechat.errors import GreetingNotFound, LiveChatError
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

logger = logging.getLogger(__name__)


class GreetingForm(forms.Form):
    """Which showing of which greeting, and what to do with it."""

    id = forms.IntegerField(min_value=0)
    unique_id = forms.CharField(max_length=128)
    answer = forms.ChoiceField(choices=[("accept", "accept"), ("cancel", "cancel")])


@require_POST
@widget_view
@customer_required
def greeting(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Tell LiveChat; the socket clears the greeting in every tab."""
    form = GreetingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    api = CustomerApi(request.customer, widget.organization)
    unique_id = form.cleaned_data["unique_id"]
    try:
        if form.cleaned_data["answer"] == "accept":
            api.accept_greeting(form.cleaned_data["id"], unique_id)
        else:
            api.cancel_greeting(unique_id)
    except GreetingNotFound:
        logger.info("a greeting was gone already")
    except LiveChatError as error:
        logger.warning("a greeting was not answered: %s", error)
        return render(request, "widget/customers/notice.html", {"text": error.advice})
    return HttpResponse(status=204)
