"""The chat without JavaScript: forms, a log that reloads itself, an ordinary session."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatproxy import conversation
from chatproxy.livechat.errors import LiveChatError
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation
from widget.customers.failures import log_failure
from widget.customers.limits import wait_before
from widget.customers.security import plain_view, session_key, too_often
from widget.customers.views.conversation import MessageForm, say_or_leave
from widget.customers.views.stylesheet import style_version
from widget.models import Widget
from widget.rendering.locale import Locale
from widget.rendering.pushes import thread_context
from widget.running import running


@require_http_methods(["GET", "HEAD", "POST"])
@plain_view
def plain(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The composer beside the log. What could not be sent stays in the composer."""
    form = MessageForm(request.POST or None, initial={"custom_id": uuid.uuid4().hex})
    if form.is_valid():
        event = conversation.message(form.cleaned_data["text"], form.cleaned_data["custom_id"])
        customer = known_customer(request, widget)
        if customer is None and (seconds := wait_before_identity(request, widget)):
            return too_often(request, seconds)
        try:
            customer = customer or new_customer(request, widget)
            say_or_leave(running().acting(customer, widget), event, conversation.say)
        except LiveChatError as error:
            log_failure(request, error)
            form.add_error(None, str(error.advice))
        else:
            return back_to_the_chat(widget)
    return render(request, "widget/customers/plain.html", context_of(widget) | {"form": form})


@require_safe
@plain_view
def log(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The messages as they are now, in a frame that asks again every few seconds."""
    customer = known_customer(request, widget)
    context = context_of(widget)
    if customer:
        try:
            context |= messages_of(customer, widget)
        except LiveChatError as error:
            log_failure(request, error)
            context |= {"advice": error.advice}
    return render(request, "widget/customers/plain_log.html", context)


@require_POST
@plain_view
def end(request: HttpRequest, widget: Widget) -> HttpResponse:
    """End the chat; writing again continues it."""
    if customer := known_customer(request, widget):
        try:
            conversation.end(running().acting(customer, widget))
        except LiveChatError as error:
            log_failure(request, error)
    return back_to_the_chat(widget)


def back_to_the_chat(widget: Widget) -> HttpResponse:
    """The page again, in the language it was in."""
    language = translation.get_language() or "en"
    return redirect(reverse("widget:plain", args=[widget.key], query={"lang": language}))


def known_customer(request: HttpRequest, widget: Widget) -> Customer | None:
    pk = request.session.get(session_key(widget.key))
    return Customer.objects.find_remembered(widget.key, pk) if pk else None


def wait_before_identity(request: HttpRequest, widget: Widget) -> int:
    """Becoming known is rarer than writing: see `limits.LIMITS`."""
    return wait_before("identity", widget.key, request.META.get("REMOTE_ADDR", ""), "")


def new_customer(request: HttpRequest, widget: Widget) -> Customer:
    with running().welcoming(widget):
        customer, _token = Customer.objects.welcome(widget.key, widget.organization)
    request.session[session_key(widget.key)] = customer.pk
    return customer


def context_of(widget: Widget) -> dict[str, object]:
    """What page and log both show."""
    language = translation.get_language() or "en"
    return {
        "widget": widget,
        "style_version": style_version(widget),
        "language": language,
        "is_rtl": translation.get_language_bidi(),
        "title": widget.text("header_title", language),
        "greeting": widget.text("greeting_text", language),
    }


def messages_of(customer: Customer, widget: Widget) -> dict[str, object]:
    """The latest threads, oldest first, and whether one is open."""
    api = running().acting(customer, widget)
    chats = api.list_chats()
    if not chats:
        return {}
    threads = tuple(reversed(api.list_threads(chats[0].id).threads))
    known = Conversation(customer_id=customer.entity_id).with_chat(chats[0], threads)
    locale = Locale.of(translation.get_language() or "en", "UTC")
    return {
        "threads": [thread_context(thread, known, locale) for thread in threads],
        "conversation": known,
    }
