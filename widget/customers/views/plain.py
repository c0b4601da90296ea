"""The chat without JavaScript: forms, a log that reloads itself, an ordinary session."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatproxy import conversation
from chatproxy.livechat.errors import LiveChatError
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation
from widget.customers.consents import Consent, consent_in
from widget.customers.failures import log_failure
from widget.customers.security import plain_view, session_key, too_often
from widget.customers.views.conversation import MessageForm, say_or_leave
from widget.customers.views.customers import keep_consent
from widget.customers.views.stylesheet import style_version
from widget.limits import wait_before
from widget.models import Widget
from widget.options.origins import is_own
from widget.rendering.locale import Locale
from widget.running import running


@require_http_methods(["GET", "HEAD", "POST"])
@plain_view
def plain(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The composer beside the log. What could not be sent stays in the composer."""
    return write(request, widget)


def write(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Say what was written, if it may be; else show what there is."""
    form = MessageForm(request.POST or None, initial={"custom_id": uuid.uuid4().hex})
    consent = consent_of_session(request, widget)
    if not widget.may_store_and_send(consent.version):
        context = context_of(widget) | {"form": form, "asks": True}
        return render(request, "widget/customers/plain.html", context)
    customer = customer_of_session(request, widget)
    if form.is_valid():
        event = conversation.message(form.cleaned_data["text"], form.cleaned_data["custom_id"])
        if customer is None and (seconds := wait_before_identity(request, widget)):
            return too_often(request, seconds)
        try:
            customer = customer or new_customer(request, widget)
            keep_consent(customer, widget, consent)
            say_or_leave(running().acting(customer, widget), event, conversation.say)
        except LiveChatError as error:
            log_failure(request, error)
            form.add_error(None, str(error.advice))
        else:
            return back_to_the_chat(widget)
    has_chat = bool(customer and customer.chat_id)
    context = context_of(widget) | {"form": form, "has_chat": has_chat}
    return render(request, "widget/customers/plain.html", context)


@csrf_exempt  # until the customer agrees, no cookie may be set: `Origin` is looked at instead
@require_POST
@plain_view
def agree(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The answer to what the owner asks first; what was written meanwhile goes out with it."""
    consent = consent_in(request.POST)
    if not is_own(request.headers.get("Origin", ""), request.get_host()):
        return HttpResponseForbidden()
    is_agreed = widget.may_store_and_send(consent.version)  # otherwise another text is shown by now
    if is_agreed:
        request.session[consent_key(widget)] = [consent.version, consent.at.isoformat()]
    has_written = request.POST.get("text") or not is_agreed
    return write(request, widget) if has_written else back_to_the_chat(widget)


@require_POST
@plain_view
def withdraw(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Take the consent back: the customer is erased, and this browser keeps nothing."""
    if customer := customer_of_session(request, widget):
        customer.forget()
    for name in (session_key(widget.key), consent_key(widget)):
        request.session.pop(name, None)
    if not request.session.keys():
        request.session.flush()  # else it goes on, empty
    response = render(
        request, "widget/customers/plain.html", context_of(widget) | {"is_forgotten": True}
    )
    response.delete_cookie(settings.CSRF_COOKIE_NAME, path=settings.CSRF_COOKIE_PATH)
    return response


@require_safe
@plain_view
def log(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The messages as they are now, in a frame that asks again every few seconds."""
    customer = customer_of_session(request, widget)
    context = context_of(widget)
    if customer and widget.may_store_and_send(consent_of_session(request, widget).version):
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
    customer = customer_of_session(request, widget)
    if customer and widget.may_store_and_send(consent_of_session(request, widget).version):
        try:
            conversation.end(running().acting(customer, widget))
        except LiveChatError as error:
            log_failure(request, error)
    return back_to_the_chat(widget)


def back_to_the_chat(widget: Widget) -> HttpResponse:
    """The page again, in the language it was in."""
    language = translation.get_language() or "en"
    return redirect(reverse("widget:plain", args=[widget.key], query={"lang": language}))


def customer_of_session(request: HttpRequest, widget: Widget) -> Customer | None:
    pk = request.session.get(session_key(widget.key))
    return Customer.objects.find_remembered(widget.key, pk) if pk else None


def consent_key(widget: Widget) -> str:
    """Where a session keeps what was agreed to under this widget."""
    return f"{session_key(widget.key)}:consent"


def consent_of_session(request: HttpRequest, widget: Widget) -> Consent:
    """What this browser has agreed to."""
    version, at = request.session.get(consent_key(widget), ("", None))
    return Consent(version, dt.datetime.fromisoformat(at) if at else timezone.now())


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
        "consent_text": widget.text("consent_text", language),
    }


def messages_of(customer: Customer, widget: Widget) -> dict[str, object]:
    """The latest threads, oldest first, and whether one is open.

    Only the last one where the owner wants no earlier chats.
    """
    api = running().acting(customer, widget)
    chats = api.list_chats()
    if not chats:
        return {}
    threads = tuple(reversed(api.list_threads(chats[0].id).threads))
    threads = threads if widget.history else threads[-1:]
    known = Conversation(customer_id=customer.entity_id).with_chat(chats[0], threads)
    locale = Locale.of(translation.get_language() or "en", "UTC")
    return {
        "threads": running().renderer.threads_html(threads, known, locale),
        "conversation": known,
    }
