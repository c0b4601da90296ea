"""The customer rates the chat, changes their mind, or takes it back."""

from __future__ import annotations

import logging

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST

from chatproxy.livechat.customer_api import CustomerApi
from chatproxy.livechat.errors import LiveChatError
from widget.customers.host_events import telling
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

logger = logging.getLogger(__name__)

SCORES = {"good": 1, "bad": 0}


class RatingForm(forms.Form):
    """A score, a comment, or "none" to take both back."""

    score = forms.ChoiceField(choices=[(name, name) for name in [*SCORES, "none"]], required=False)
    comment = forms.CharField(max_length=1000, required=False)


@require_POST
@widget_view
@customer_required
def rate(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Rate the latest thread. The socket shows the rating in every tab."""
    form = RatingForm(request.POST)
    if not form.is_valid() or not any(form.cleaned_data.values()):
        return HttpResponseBadRequest()
    try:
        give(CustomerApi(request.customer, widget.organization), **form.cleaned_data)
    except LiveChatError as error:
        logger.warning("a chat was not rated: %s", error)
        return render(request, "widget/customers/notice.html", {"text": error.advice})
    done = HttpResponse(status=204)
    score = form.cleaned_data["score"]
    return telling(done, "rating_submitted", score) if score else done


def give(api: CustomerApi, score: str, comment: str) -> None:
    """Put the rating where LiveChat keeps it. Source: "Properties", namespace `rating`."""
    chat_id = api.customer.chat_id
    thread_id = api.list_threads(chat_id, events=1).threads[0].id
    if score == "none":
        api.delete_thread_properties(chat_id, thread_id, {"rating": ["score", "comment"]})
        return
    rating = {"score": SCORES[score]} if score else {}
    words = {"comment": comment} if comment else {}
    api.update_thread_properties(chat_id, thread_id, {"rating": rating | words})
