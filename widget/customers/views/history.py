"""What was said before: older threads for the panel, everything as a transcript."""

from __future__ import annotations

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chatproxy.acting import ActingCustomer
from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.structures import Thread
from chatproxy.models import BearerToken, hash_of
from chatproxy.relay.updates import Conversation
from widget.customers.failures import notice, on_failure, show_refusal, show_success
from widget.customers.latest_thread import latest_thread
from widget.customers.security import (
    CustomerRequest,
    customer_required,
    widget_view,
)
from widget.limits import wait_before
from widget.models import Widget
from widget.rendering.locale import Locale
from widget.running import running

LINK_HOLDS = 120  # seconds for which a link to a transcript works
MOST_PAGES = 50  # of threads in one transcript
SALT = "widget.transcript"


def same_page_again(request: HttpRequest, error: LiveChatError) -> HttpResponse:
    """The button that asked, with the reason beside it."""
    context = {"page_id": request.GET.get("page", ""), "advice": error.advice}
    return render(request, "widget/customers/earlier.html", context)


def nothing(request: HttpRequest, error: LiveChatError) -> HttpResponse:  # noqa: ARG001
    """For a download: any other answer would take the place of the panel that asks for it."""
    return HttpResponse(status=204)


@require_safe
@widget_view
@customer_required
@on_failure(same_page_again)
def earlier(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """One page of older threads, to stand above the others, and the way to the next."""
    if not widget.history:
        return HttpResponse()  # where the button was
    known = conversation_of(request.api)
    page = request.api.list_threads(known.chat_id, page_id=request.GET.get("page", ""))
    locale = Locale.of(translation.get_language() or "en", request.GET.get("zone", ""))
    threads = running().renderer.threads_html(page.threads[::-1], known, locale)
    context = {"threads": threads, "page_id": page.next_page_id, "zone": locale.zone}
    return render(request, "widget/customers/earlier.html", context)


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def transcript_link(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Send the browser to the transcript: a download cannot carry a bearer token.

    Whether LiveChat answers is found out here: a link that fails could not say so.
    """
    if not widget.transcript:
        return HttpResponseBadRequest()
    conversation_of(request.api)
    holder = [hash_of(request.token), request.POST.get("zone", "")]
    signed = signing.dumps(holder, salt=SALT)
    url = reverse("widget:transcript", args=[widget.key])
    language = translation.get_language() or "en"
    return HttpResponse(headers={"HX-Redirect": f"{url}?lang={language}&for={signed}"})


@require_safe
@widget_view
@on_failure(nothing)
def transcript(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Everything that the panel lets them read, as a page to keep or to print.

    204 if it cannot be had now. Counted by whose link it is, wherever it is opened: it comes
    without a bearer token.
    """
    if not widget.transcript:
        raise Http404
    try:
        holder, zone = signing.loads(request.GET.get("for", ""), salt=SALT, max_age=LINK_HOLDS)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    address = request.META.get("REMOTE_ADDR", "")
    if wait_before("transcript", widget.key, address, holder):
        return HttpResponse(status=204)
    bearer = BearerToken.objects.find_hash(widget.key, holder)
    if bearer is None or not widget.may_act_for(bearer):
        raise Http404
    api = running().acting(bearer.customer, widget)
    known = conversation_of(api)
    read = all_threads if widget.history else last_threads
    threads = read(api, known.chat_id)
    language = translation.get_language() or "en"
    locale = Locale.of(language, zone)
    shown = running().renderer.threads_html(threads, known, locale)
    response = render(
        request,
        "widget/customers/transcript.html",
        {
            "title": widget.text("header_title", language),
            "language": language,
            "threads": shown,
            "zone": locale.zone,
        },
    )
    response.headers["Content-Disposition"] = 'attachment; filename="chat.html"'
    return response


@require_POST
@widget_view
@customer_required
@on_failure(notice)
def transcript_by_email(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Have LiveChat mail the transcript once the chat has ended."""
    if not widget.transcript:
        return HttpResponseBadRequest()
    address = request.POST.get("email", "").strip()
    try:
        validate_email(address)
    except ValidationError as error:
        return show_refusal(request, error.messages[0])
    chat_id = request.customer.chat_id
    thread_id = latest_thread(request.api).id
    properties = {"routing": {"transcript_email": address}}
    request.api.update_thread_properties(chat_id, thread_id, properties)
    return show_success(
        request, _("The transcript will be sent to %(address)s.") % {"address": address}
    )


def conversation_of(api: ActingCustomer) -> Conversation:
    """Who is in the customer's chat. Raises LiveChatError."""
    known = Conversation(customer_id=api.customer.entity_id)
    for chat in api.list_chats():
        known = known.with_chat(chat, ())
    return known


def all_threads(api: ActingCustomer, chat_id: str) -> list[Thread]:
    """Every thread, oldest first. Raises LiveChatError."""
    page = api.list_threads(chat_id, events=100)
    threads = [*page.threads]
    for _page in range(MOST_PAGES):
        if not page.next_page_id:
            break
        page = api.list_threads(chat_id, page_id=page.next_page_id)
        threads += page.threads
    return threads[::-1]


def last_threads(api: ActingCustomer, chat_id: str) -> list[Thread]:
    """The latest thread alone. Raises LiveChatError."""
    return [*api.list_threads(chat_id, events=1).threads[:1]]
