"""What a customer does in the chat. The answers are empty: the socket shows what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import Opening
from chatproxy.livechat.errors import GroupOffline, GroupsOffline
from chatproxy.livechat.structures import Json
from widget.customers.custom_ids import SentOnceForm, custom_id_field, say_by
from widget.customers.failures import notice, on_failure, reason, refuse
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

Say = Callable[[ActingCustomer, Json, Opening], None]
AS_USUAL = Opening()


class MessageForm(forms.Form):
    """What the customer wrote. `attempt` counts from 0; a later one was tried before."""

    text = forms.CharField(strip=False, error_messages={"required": _("Write a message first.")})
    custom_id = custom_id_field()
    attempt = forms.IntegerField(min_value=0, required=False)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(_("Write a message first."))
        if len(text.encode()) > conversation.TEXT_LIMIT:
            raise forms.ValidationError(
                _("This message is too long. Please send it in several parts.")
            )
        return text


@require_POST
@widget_view
@customer_required
@on_failure(reason)
def send(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Say something. 204: LiveChat has it. 200: the reason why not, beside the text."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return refuse(request, form)
    event = conversation.message(form.cleaned_data["text"], form.cleaned_data["custom_id"])
    say_or_leave(request.api, event, say_by(form.cleaned_data["attempt"]))
    return HttpResponse(status=204)


def say_or_leave(api: ActingCustomer, event: Json, say: Say, opening: Opening = AS_USUAL) -> None:
    """Say it; if nobody is there, leave it for whoever comes next. Raises LiveChatError."""
    try:
        say(api, event, opening)
    except (GroupOffline, GroupsOffline):
        conversation.say_again(api, event, replace(opening, continuous=True))


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def ask_for_person(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Leave the bot: the chat goes on in a thread that LiveChat gives to people alone."""
    form = SentOnceForm(request.POST)
    if not form.is_valid() or not widget.talk_to_person:
        return HttpResponseBadRequest()
    words, attempt = gettext("I would like to talk to a person."), form.cleaned_data["attempt"]
    event = conversation.message(words, form.cleaned_data["custom_id"])
    opening = Opening(thread_properties=conversation.PAST_BOTS, ends_last_thread=True)
    say_or_leave(request.api, event, say_by(attempt), opening)
    return HttpResponse(status=204)


class StopForm(SentOnceForm):
    """Which answer: the id that its author gave it while writing."""

    answer = forms.CharField(max_length=100)


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def stop(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Tell the bot that this answer is long enough. What it does then is up to it."""
    form = StopForm(request.POST)
    if not form.is_valid() or not widget.stop_answers:
        return HttpResponseBadRequest()
    answer, custom_id = form.cleaned_data["answer"], form.cleaned_data["custom_id"]
    say_by(form.cleaned_data["attempt"])(request.api, conversation.stop_answer(answer, custom_id))
    return HttpResponse(status=204)


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def end(request: CustomerRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """End the chat; writing again continues it."""
    conversation.end(request.api)
    return HttpResponse(status=204)
