"""The demo's gallery: every form and state of the panel, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from msgspec.structs import replace

from chatproxy.livechat.structures import FormField, Json, Queue, Thread, User, parse_event
from chatproxy.relay.updates import Conversation
from config.demo.gallery_events import (
    a_few_messages,
    answers,
    files_and_forms,
    links,
    nothing,
    one_message,
    rich_messages,
    texts,
)
from widget.customers.chat_forms import ChatForm
from widget.customers.security import secure
from widget.customers.views.forms import PRECHAT, TICKET, form_context
from widget.customers.views.stylesheet import style_version
from widget.languages import language_of
from widget.models import Widget
from widget.options.openers import HelpLink
from widget.rendering.events import render_event
from widget.rendering.locale import Locale
from widget.rendering.pushes import render_rating, render_thread, state_of
from widget.statistics.faces import Face

NORA = User(id="nora", type="customer", name="Nora")
PIOTR = User(id="piotr", type="agent", name="Piotr", job_title="Plant doctor", present=True)
FERN = User(id="fern", type="agent", name="Fern", is_bot=True, present=True)
TALKING = Conversation(
    customer_id="nora",
    chat_id="CHAT",
    thread_id="THREAD",
    active=True,
    people={user.id: user for user in (NORA, FERN, PIOTR)},
)


QUESTIONS: list[Json] = [
    {"id": "0", "type": "header", "label": "Tell us who you are"},
    {"id": "1", "type": "name", "label": "Your name", "required": False},
    {"id": "2", "type": "email", "label": "Your e-mail", "required": True},
    {"id": "3", "type": "select", "label": "Department", "required": False}
    | {"options": [{"id": "1", "label": "Sales"}, {"id": "2", "label": "Care"}]},
    {"id": "4", "type": "radio", "label": "Topic", "required": True}
    | {"options": [{"id": "1", "label": "An order"}, {"id": "2", "label": "A plant"}]},
    {"id": "5", "type": "checkbox", "label": "What do you grow?", "required": False}
    | {"options": [{"id": "1", "label": "Herbs"}, {"id": "2", "label": "Trees"}]},
    {"id": "6", "type": "textarea", "label": "Your question", "required": False},
]


def questions(data: dict[str, str] | None = None) -> ChatForm:
    return ChatForm([FormField.parse(field) for field in QUESTIONS], data)


def shown_by(author: User, text: str) -> str:
    """Something said that is no event yet."""
    language = translation.get_language() or "en"
    event = parse_event({"type": "message", "text": text, "author_id": author.id})
    return render_event(event, TALKING, Locale(language))


@dataclass(frozen=True)
class State:
    """One state of the panel: who is there, what was said, what else is around it.

    `events` is given the address of the demo's pictures.
    """

    title: str
    conversation: Conversation = TALKING
    events: Callable[[str], list[Json]] = nothing
    extra: Callable[[], dict[str, Any]] = dict


STATES = {
    "empty": State("Nobody has written yet", Conversation(customer_id="nora")),
    "inviting": State(
        "An invitation to write",
        Conversation(customer_id="nora"),
        extra=lambda: {
            "team": [Face("Piotr", "", is_bot=False), Face("Fern", "", is_bot=True)],
            "reply_minutes": 4,
            "openers": ["Where is my order?", "Which plant likes the shade?"],
            "help_links": [
                HelpLink("Delivery times", "https://shop.example/delivery"),
                HelpLink("Returns", "https://shop.example/returns"),
            ],
        },
    ),
    "texts": State("What people write", events=texts),
    "answers": State("Answers of a bot", events=answers),
    "rich": State("Rich messages", events=rich_messages),
    "files": State("Files, answered forms, notes", events=files_and_forms),
    "typing": State(
        "Somebody is typing",
        events=one_message,
        extra=lambda: {"typing": PIOTR},
    ),
    "thinking": State(
        "A bot thinks",
        events=one_message,
        extra=lambda: {"typing": FERN, "title": "Looking", "description": "for parcel 1042"},
    ),
    "preview": State(
        "An answer in the making",
        events=one_message,
        extra=lambda: {"preview": shown_by(FERN, "Your parcel left on Tuesday and")},
    ),
    "greeting": State(
        "An invitation",
        Conversation(customer_id="nora"),
        extra=lambda: {"invitation": shown_by(FERN, "Do you need help with your order?")},
    ),
    "queue": State(
        "Waiting in line",
        replace(TALKING, people={"nora": NORA}, queue=Queue(position=3, wait_time=170)),
        events=one_message,
    ),
    "ended": State("The chat has ended", replace(TALKING, active=False), a_few_messages),
    "rated": State(
        "A rated chat",
        replace(TALKING, active=False),
        a_few_messages,
        extra=lambda: {"rating": render_rating({"score": 1}, locale())},
    ),
    "failed": State("Not sent", events=one_message, extra=lambda: {"failed": "Hello?"}),
    "lost": State("The connection is lost", events=one_message, extra=lambda: {"network": "lost"}),
    "offline": State(
        "The browser is offline",
        events=one_message,
        extra=lambda: {"network": "offline", "waiting": "From the tunnel"},
    ),
    "blocked": State(
        "Websockets are blocked", events=one_message, extra=lambda: {"is_blocked": True}
    ),
    "past": State(
        "Somebody comes back",
        replace(TALKING, active=False, chat_id=""),
        extra=lambda: {
            "past": {"words": "Perfect, thank you!", "day": "March 18"},
            "openers": ["Where is my order?"],
        },
    ),
    "bot": State(
        "A bot, and the way past it",
        replace(TALKING, people={"nora": NORA, "fern": FERN}),
        answers,
        extra=lambda: {"stops": True, "preview": shown_by(FERN, "A pick-up costs"), "person": True},
    ),
    "links": State("Pages that were linked to", events=links),
    "uploads": State(
        "Files on their way",
        events=one_message,
        extra=lambda: {"uploads": ("leaf.png", "care.pdf")},
    ),
    "recording": State("A voice message", extra=lambda: {"recorder": "recording"}),
    "no-microphone": State("No microphone", extra=lambda: {"recorder": "refused"}),
    "left": State(
        "A message was left",
        replace(TALKING, active=False, is_offline_message=True, people={"nora": NORA}),
        one_message,
        extra=lambda: {"away": True},
    ),
    "unanswered": State(
        "Written while nobody is here",
        replace(TALKING, people={"nora": replace(NORA, email="nora@example.com")}),
        one_message,
        extra=lambda: {"away": True},
    ),
    "away": State(
        "Nobody is here",
        Conversation(customer_id="nora"),
        extra=lambda: {"away": True, **form_context(TICKET, questions())},
    ),
    "prechat": State(
        "Before the chat",
        Conversation(customer_id="nora"),
        extra=lambda: form_context(PRECHAT, questions()),
    ),
    "wrong": State(
        "A form given back",
        Conversation(customer_id="nora"),
        extra=lambda: form_context(TICKET, questions({"1": "Nora", "2": "no address"})),
    ),
}


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """All states beside each other; `?lang=ar&theme=dark` shows them so."""
    get_object_or_404(Widget, key="demo")
    response = render(
        request,
        "demo/gallery/gallery.html",
        {"states": STATES, "query": request.GET.urlencode()},
    )
    return secure(response, "'self'")


@require_safe
@xframe_options_sameorigin
def state(request: HttpRequest, name: str) -> HttpResponse:
    """The panel in one state, without its scripts."""
    widget = get_object_or_404(Widget, key="demo")
    if name not in STATES:
        raise Http404
    with translation.override(language_of(request, widget)):
        widget.voice_messages = widget.stop_answers = True
        response = render(request, "demo/gallery/state.html", context_of(request, widget, name))
    return secure(response, "'self'")


def context_of(request: HttpRequest, widget: Widget, name: str) -> dict[str, Any]:
    shown = STATES[name]
    language = translation.get_language() or "en"
    conversation = shown.conversation
    shape, texts = state_of(conversation)
    pictures = request.build_absolute_uri(f"{settings.STATIC_URL}demo/")
    return {
        "widget": widget,
        "style_version": style_version(widget),
        "language": language,
        "is_rtl": translation.get_language_bidi(),
        "theme": request.GET.get("theme", ""),
        "conversation": conversation,
        **dict(shape),
        **texts,
        "thread": render_thread(thread_with(shown.events(pictures)), conversation, locale()),
        **shown.extra(),
    }


def locale() -> Locale:
    """Of the language that is active."""
    return Locale(translation.get_language() or "en")


def thread_with(events: list[Json]) -> Thread:
    """These events, a minute apart."""
    numbered = [
        {"id": f"THREAD_{n}", "created_at": f"2026-03-18T09:{n:02}:00.000000Z", **event}
        for n, event in enumerate(events, start=1)
    ]
    return Thread(
        id="THREAD",
        active=True,
        created_at="2026-03-18T09:00:00.000000Z",
        events=tuple(map(parse_event, numbered)),
    )


urlpatterns = [
    path("", gallery, name="demo-gallery"),
    path("<slug:name>/", state, name="demo-state"),
]
