"""The customer takes up a greeting, or waves it away."""

from __future__ import annotations

from contextlib import suppress

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from chatproxy.livechat.errors import GreetingNotFound
from widget.customers.failures import notice, on_failure
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget


class GreetingForm(forms.Form):
    """Which showing of which greeting, and what to do with it."""

    id = forms.IntegerField(min_value=0)
    unique_id = forms.CharField(max_length=128)
    answer = forms.ChoiceField(choices=[("accept", "accept"), ("cancel", "cancel")])


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def greeting(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Tell LiveChat; the socket clears the greeting in every tab."""
    form = GreetingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    unique_id = form.cleaned_data["unique_id"]
    with suppress(GreetingNotFound):  # over already, as the customer will see
        if form.cleaned_data["answer"] == "accept":
            request.api.accept_greeting(form.cleaned_data["id"], unique_id)
        else:
            request.api.cancel_greeting(unique_id)
    return HttpResponse(status=204)
