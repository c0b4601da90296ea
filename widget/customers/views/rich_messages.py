"""A button of a rich message was pressed."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from chatproxy import conversation
from chatproxy.acting import ShownGreeting
from chatproxy.livechat.errors import GreetingNotFound
from chatproxy.livechat.structures import Json
from widget.customers.custom_ids import SentOnceForm, say_by
from widget.customers.failures import notice, on_failure
from widget.customers.host_events import with_host_event
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

LONGEST = 4000  # characters of what a button says or carries


class ButtonForm(SentOnceForm):
    """Which button it was, as the panel was told."""

    thread_id = forms.CharField(max_length=64)
    event_id = forms.CharField(max_length=64)
    postback_id = forms.CharField(max_length=255)
    type = forms.CharField(max_length=32, required=False)
    value = forms.CharField(max_length=LONGEST, required=False)
    text = forms.CharField(max_length=LONGEST)

    def place(self) -> tuple[str, str]:
        return self.cleaned_data["thread_id"], self.cleaned_data["event_id"]

    def postback(self, version: str) -> Json:
        """What was pressed; 3.5 knows neither type nor value."""
        pressed: Json = {"id": self.cleaned_data["postback_id"], "toggled": True}
        return pressed if version == "3.5" else pressed | self.meaning("button_")

    def meaning(self, prefix: str = "") -> Json:
        """Type and value, which LiveChat wants both or neither."""
        kind, value = self.cleaned_data["type"], self.cleaned_data["value"]
        return {f"{prefix}type": kind, f"{prefix}value": value} if kind and value else {}

    def answer(self) -> Json:
        """The message a button of type `message` sends: its own text, pointing back."""
        thread_id, event_id = self.place()
        pressed = {"id": self.cleaned_data["postback_id"], "thread_id": thread_id}
        pressed |= {"event_id": event_id} | self.meaning()
        return conversation.message(
            self.cleaned_data["text"], self.cleaned_data["custom_id"], postback=pressed
        )


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def postback(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Tell LiveChat; a button that speaks for the customer says its text as well."""
    form = ButtonForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    if (greeting := request.api.greeting) and greeting.unique_id == form.place()[0]:
        return press_in_greeting(request, widget, form, greeting)
    press = partial(
        request.api.send_rich_message_postback,
        request.customer.chat_id,
        *form.place(),
        form.postback(widget.api_version),
    )
    conversation.do_once(request.api, form.cleaned_data["custom_id"], press)
    if form.cleaned_data["type"] == "message":
        say_by(form.cleaned_data["attempt"])(request.api, form.answer())
    pressed = {"eventId": form.place()[1], "postbackId": form.cleaned_data["postback_id"]}
    return with_host_event(HttpResponse(status=204), "rich_message_button_clicked", pressed)


def press_in_greeting(
    request: CustomerRequest, widget: Widget, form: ButtonForm, greeting: ShownGreeting
) -> HttpResponse:
    """Before a chat; one that speaks for the customer begins it."""
    button_id, kind = form.cleaned_data["postback_id"], form.cleaned_data["type"]
    if widget.api_version != "3.5":
        press = partial(request.api.send_greeting_button_clicked, greeting.unique_id, button_id)
        with suppress(GreetingNotFound):  # over already
            conversation.do_once(request.api, form.cleaned_data["custom_id"], press)
    if kind == "message":
        words = conversation.message(form.cleaned_data["text"], form.cleaned_data["custom_id"])
        say_by(form.cleaned_data["attempt"])(request.api, words)
    elif kind == "cancel":
        with suppress(GreetingNotFound):
            request.api.cancel_greeting(greeting.unique_id)
    pressed: Json = {"eventId": form.place()[1], "postbackId": button_id}
    pressed |= {"greeting": {"id": greeting.id, "uniqueId": greeting.unique_id}}
    return with_host_event(HttpResponse(status=204), "rich_message_button_clicked", pressed)
