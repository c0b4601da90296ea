"""What a customer does with one event on screen: takes back their own, judges an answer."""

from __future__ import annotations

from functools import partial

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from chatproxy.livechat.errors import NotFound
from widget.customers.custom_ids import SentOnceForm
from widget.customers.failures import notice, on_failure
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

SCORES = {"good": 1, "bad": 0}


class EventForm(SentOnceForm):
    """Which event it is, as the panel was told."""

    thread_id = forms.CharField(max_length=64)
    event_id = forms.CharField(max_length=64)

    def place(self, api: ActingCustomer) -> tuple[str, str, str]:
        return api.customer.chat_id, self.cleaned_data["thread_id"], self.cleaned_data["event_id"]


class AnswerForm(EventForm):
    """A score, or "none" to take it back."""

    score = forms.ChoiceField(choices=[(name, name) for name in [*SCORES, "none"]])


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def delete(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Delete a message of one's own, which LiveChat allows from 3.6 on.

    The socket removes it in every tab.
    """
    form = EventForm(request.POST)
    if not form.is_valid() or not widget.can_delete:
        return HttpResponseBadRequest()
    delete_now = partial(delete_once, request.api, *form.place(request.api))
    conversation.do_once(request.api, form.cleaned_data["custom_id"], delete_now)
    return HttpResponse(status=204)


def delete_once(api: ActingCustomer, chat_id: str, thread_id: str, event_id: str) -> None:
    """What is gone already is no error."""
    try:
        api.delete_event(chat_id, thread_id, event_id)
    except NotFound:
        return


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def rate(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Say whether an answer helped. LiveChat keeps it at the event, for whoever trains the bot."""
    form = AnswerForm(request.POST)
    if not form.is_valid() or not widget.rating:
        return HttpResponseBadRequest()
    place, score = form.place(request.api), form.cleaned_data["score"]
    rate_now = partial(give, request.api, place, score)
    conversation.do_once(request.api, form.cleaned_data["custom_id"], rate_now)
    return HttpResponse(status=204)


def give(api: ActingCustomer, place: tuple[str, str, str], score: str) -> None:
    """Source: "Properties", namespace `rating`, which customers may write at events."""
    if score == "none":
        api.delete_event_properties(*place, {"rating": ["score"]})
    else:
        api.update_event_properties(*place, {"rating": {"score": SCORES[score]}})
