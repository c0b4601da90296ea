"""The customer rates the chat, changes their mind, or takes it back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from widget.customers.custom_ids import SentOnceForm
from widget.customers.failures import notice, on_failure
from widget.customers.host_events import with_host_event
from widget.customers.latest_thread import latest_thread
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

SCORES = {"good": 1, "bad": 0}


class RatingForm(SentOnceForm):
    """A score, a comment, or "none" to take both back."""

    score = forms.ChoiceField(choices=[(name, name) for name in [*SCORES, "none"]], required=False)
    comment = forms.CharField(max_length=1000, required=False)

    def has_rating(self) -> bool:
        return bool(self.cleaned_data["score"] or self.cleaned_data["comment"])


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def rate(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Rate the latest thread. The socket shows the rating in every tab."""
    form = RatingForm(request.POST)
    if not form.is_valid() or not form.has_rating() or not widget.rating:
        return HttpResponseBadRequest()
    score, comment = form.cleaned_data["score"], form.cleaned_data["comment"]
    rate_now = partial(give, request.api, score, comment)
    conversation.do_once(request.api, form.cleaned_data["custom_id"], rate_now)
    done = HttpResponse(status=204)
    return with_host_event(done, "rating_submitted", score) if score else done


def give(api: ActingCustomer, score: str, comment: str) -> None:
    """Put the rating where LiveChat keeps it, unless it is there: agents would be told again.

    Source: "Properties", namespace `rating`.
    """
    chat_id, thread = api.customer.chat_id, latest_thread(api)
    if score == "none":
        if thread.rating:
            api.delete_thread_properties(chat_id, thread.id, {"rating": ["score", "comment"]})
        return
    rating: dict[str, Any] = {"score": SCORES[score]} if score else {}
    rating |= {"comment": comment} if comment else {}
    if not rating.items() <= thread.rating.items():
        api.update_thread_properties(chat_id, thread.id, {"rating": rating})
