"""The customer rates the chat, changes their mind, or takes it back."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from chatproxy.acting import ActingCustomer
from widget.customers.failures import notice, on_failure
from widget.customers.host_events import with_host_event
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

SCORES = {"good": 1, "bad": 0}


class RatingForm(forms.Form):
    """A score, a comment, or "none" to take both back."""

    score = forms.ChoiceField(choices=[(name, name) for name in [*SCORES, "none"]], required=False)
    comment = forms.CharField(max_length=1000, required=False)


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def rate(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Rate the latest thread. The socket shows the rating in every tab."""
    form = RatingForm(request.POST)
    if not form.is_valid() or not any(form.cleaned_data.values()):
        return HttpResponseBadRequest()
    give(request.api, **form.cleaned_data)
    done = HttpResponse(status=204)
    score = form.cleaned_data["score"]
    return with_host_event(done, "rating_submitted", score) if score else done


def give(api: ActingCustomer, score: str, comment: str) -> None:
    """Put the rating where LiveChat keeps it. Source: "Properties", namespace `rating`."""
    chat_id = api.customer.chat_id
    thread_id = api.list_threads(chat_id, events=1).threads[0].id
    if score == "none":
        api.delete_thread_properties(chat_id, thread_id, {"rating": ["score", "comment"]})
        return
    rating = {"score": SCORES[score]} if score else {}
    words = {"comment": comment} if comment else {}
    api.update_thread_properties(chat_id, thread_id, {"rating": rating | words})
