"""LiveChat's forms: before the chat, after it, instead of it, and in the middle of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import dropwhile
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from chatproxy.conversation import Opening
from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.organization_api import OrganizationApi
from chatproxy.livechat.structures import Event, Form, FormToFill, Thread
from widget.asking import ask_once
from widget.availability import known_availability
from widget.customers.chat_forms import OWN_FORM, ChatForm, own_form, own_ticket_form
from widget.customers.custom_ids import SentOnceForm, say_by
from widget.customers.failures import log_failure, on_failure, words
from widget.customers.host_events import with_host_event
from widget.customers.latest_thread import latest_thread
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

FORM_HOLDS = 300  # seconds; a configuration with this version never changes
MOST_EVENTS = 100  # that LiveChat lists at once


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a form is asked, and what sending it does."""

    kind: str
    submit: str | Promise
    opening: Opening = field(default_factory=Opening)
    thanks: str | Promise = ""


OFFLINE = Opening(active=False, thread_properties={"routing": {"offline_message": True}})
PRECHAT = Occasion("prechat", _("Start the chat"))
POSTCHAT = Occasion(
    "postchat",
    _("Submit answers"),
    opening=Opening(attach_to_last_thread=True),
    thanks=_("Thank you for your answers."),
)
TICKET = Occasion(
    "ticket",
    _("Leave a message"),
    opening=OFFLINE,
    thanks=_("Thank you. We have your message and will come back to you."),
)
IN_CHAT = Occasion("form", _("Submit answers"), thanks=_("Thank you."))
OCCASIONS = {occasion.kind: occasion for occasion in (PRECHAT, POSTCHAT, TICKET)}


def find_form(request: CustomerRequest, widget: Widget, kind: str) -> FormToFill | None:
    """The form as the owner drew it; LiveChat gives a ticket form only without a customer."""
    if kind == "postchat":
        return form_after_chat(request, widget)
    return form_before_chat(widget, kind, known_availability(widget).config_version)


def form_after_chat(request: CustomerRequest, widget: Widget) -> FormToFill | None:
    """As it is now; that there is none is not asked for again by another tab or page.

    Nothing that we know of an organization says when this form was changed, so one customer's
    answer is not taken for another's. What is sent is an answer to what was asked, so LiveChat
    is not asked for it again.
    """
    key = f"drawn-form:{widget.key}:{widget.group_id}:postchat"
    found: FormToFill | None = cache.get(key) if request.method == "POST" else None
    none = f"{key}:none:{request.customer.pk}"
    if found or cache.get(none):
        return found
    if found := request.api.get_form("postchat"):
        cache.set(key, found, FORM_HOLDS)
    else:
        cache.set(none, True, FORM_HOLDS)
    return found


def form_before_chat(widget: Widget, kind: str, version: str) -> FormToFill | None:
    """The prechat or ticket form, which needs no customer. None if there is none.

    Where LiveChat has none, it is what the owner wants to know, or wants customers to leave.
    """
    key = f"drawn-form:2:{widget.asks_about}:{kind}:{version}"
    found: FormToFill | None = cache.get(key)
    if found is None:
        ask = partial(ask_for_form, widget, kind, version, key)
        found = ask_once(widget.organization, key, ask)
    if found.fields:
        return found
    if kind == "prechat":
        return own_form(widget.ask_first)
    return own_ticket_form() if widget.when_away == Widget.Away.FORM else None


def ask_for_form(widget: Widget, kind: str, version: str, key: str) -> FormToFill:
    """As LiveChat has it, without fields if it has none; kept in the cache under the key."""
    configuration = OrganizationApi(widget.organization).get_configuration(version)
    forms = {"prechat": configuration.prechat_form, "ticket": configuration.ticket_form}
    found = forms[kind] or FormToFill("", ())
    cache.set(key, found, FORM_HOLDS)
    return found


@require_http_methods(["GET", "POST"])
@widget_view
@customer_required
@on_failure(words)
def form(request: CustomerRequest, widget: Widget, kind: str) -> HttpResponse:
    """GET: the form to fill in, nothing if there is none. POST: it is sent, or given back."""
    if kind not in OCCASIONS:
        raise Http404
    if request.method == "POST" and kind == "postchat" and is_survey_answered(request):
        return thanks(request, POSTCHAT)
    return form_response(request, OCCASIONS[kind], find_form(request, widget, kind))


def is_survey_answered(request: CustomerRequest) -> bool:
    """Whether it was, in another tab. Who sends the same again has not heard that it arrived."""
    answer = latest_thread(request.api).survey_answer
    return bool(answer) and answer != request.POST.get("custom_id")


@require_http_methods(["GET", "POST"])
@widget_view
@customer_required
@on_failure(words)
def form_in_chat(
    request: CustomerRequest,
    widget: Widget,  # noqa: ARG001
    thread_id: str,
    event_id: str,
) -> HttpResponse:
    """The same for a form that an agent or a bot has put into the chat; thanks once it is answered.

    A browser that sends its answers again has not heard that they arrived: that goes its usual way.
    """
    asked, answers = find_form_in_chat(request.api, thread_id, event_id)
    is_again = request.POST.get("custom_id") in [answer.custom_id for answer in answers]
    if answers and not is_again:
        return thanks(request, IN_CHAT)
    to_fill = FormToFill(asked.form_id, asked.fields) if asked else None
    return form_response(request, IN_CHAT, to_fill)


def find_form_in_chat(
    api: ActingCustomer, thread_id: str, event_id: str
) -> tuple[Form | None, list[Form]]:
    """The form that this event asks to fill in, and its answers so far. Raises LiveChatError."""
    thread = api.get_chat(api.customer.chat_id, thread_id).thread
    since = dropwhile(lambda event: event.id != event_id, thread.events if thread else ())
    asked = next(since, None)
    if not thread or not isinstance(asked, Form):
        return None, []
    if (answers := answers_among(since, asked)) or not thread.next_thread_id:
        return asked, answers
    return asked, answers_among(events_after(api, thread), asked)


def answers_among(events: Iterable[Event], asked: Form) -> list[Form]:
    forms = [event for event in events if isinstance(event, Form)]
    return [form for form in forms if form.type == "filled_form" and form.form_id == asked.form_id]


def events_after(api: ActingCustomer, thread: Thread) -> list[Event]:
    """What stands in later threads: an answer to a chat that has ended begins the next one.

    That one is asked for by itself where so much was said since that LiveChat does not list it.
    Raises LiveChatError.
    """
    page = api.list_threads(api.customer.chat_id, events=MOST_EVENTS)
    later = [each for each in page.threads if each.created_at > thread.created_at]
    if page.next_page_id and thread.next_thread_id not in [each.id for each in later]:
        chat = api.get_chat(api.customer.chat_id, thread.next_thread_id)
        later += [chat.thread] if chat.thread else []
    return [event for each in later for event in each.events]


def form_response(
    request: CustomerRequest, occasion: Occasion, to_fill: FormToFill | None
) -> HttpResponse:
    """What both views do, once they know the form."""
    if to_fill is None:
        return HttpResponse()
    if request.method != "POST":
        return form_page(request, form_context(occasion, ChatForm(to_fill.fields)))
    chat_form, sent = ChatForm(to_fill.fields, request.POST), SentOnceForm(request.POST)
    if not sent.is_valid():
        return HttpResponseBadRequest()
    if not chat_form.is_valid():
        return form_page(request, form_context(occasion, chat_form) | sent.same_attempt())
    if not is_accepted(request, occasion, to_fill, chat_form, sent):
        return form_page(request, form_context(occasion, chat_form) | sent.next_attempt())
    return with_host_event(thanks(request, occasion), "form_submitted", {"type": occasion.kind})


def thanks(request: HttpRequest, occasion: Occasion) -> HttpResponse:
    return render(request, "widget/customers/forms/thanks.html", {"occasion": occasion})


def form_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "widget/customers/forms/form.html", context)


def is_accepted(
    request: CustomerRequest,
    occasion: Occasion,
    to_fill: FormToFill,
    chat_form: ChatForm,
    sent: SentOnceForm,
) -> bool:
    """Whether LiveChat takes the answers; if not, the form is given back and says why."""
    try:
        submit(request.api, occasion, to_fill, chat_form, sent)
    except LiveChatError as error:
        log_failure(request, error)
        chat_form.add_error(None, str(error.advice))
        return False
    return True


def submit(
    api: ActingCustomer,
    occasion: Occasion,
    to_fill: FormToFill,
    chat_form: ChatForm,
    sent: SentOnceForm,
) -> None:
    """Tell LiveChat who it is, and what was answered. Raises LiveChatError."""
    known = {kind: chat_form.answer_of_type(kind) for kind in ("name", "email")}
    if any(known.values()):
        api.update_customer(**{kind: answer for kind, answer in known.items() if answer})
    custom_id = sent.cleaned_data["custom_id"]
    if to_fill.id != OWN_FORM:
        event = conversation.filled_form(to_fill.id, occasion.kind, chat_form.answers(), custom_id)
    elif text := chat_form.answer_of_type("textarea"):
        event = conversation.message(text, custom_id)
    else:  # LiveChat has no form to file the answers under
        return
    opening = replace(occasion.opening, group_id=chat_form.group_id())
    say_by(sent.cleaned_data["attempt"])(api, event, opening)


def form_context(occasion: Occasion, chat_form: ChatForm, action: str = "") -> dict[str, Any]:
    """`action` is where to send it, if not to where it came from."""
    return {"form": chat_form, "occasion": occasion, "action": action}
