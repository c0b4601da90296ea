"""The panel itself: a shell without identity, and what it says before anybody has written."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.structures import FormToFill
from widget.assets import bundle, digest, made_once, made_once_a_version, pack, source
from widget.availability import UNKNOWN, availability_of, is_known
from widget.customers.chat_forms import ChatForm
from widget.customers.emoji import EMOJI
from widget.customers.security import CustomerRequest, bearer_of, customer_required, widget_view
from widget.customers.views.forms import PRECHAT, TICKET, form_before_chat, form_context
from widget.customers.views.stylesheet import style_version
from widget.customers.visits import visit_of
from widget.limits import wait_before
from widget.models import InvitationTally, Tally, Widget
from widget.notifications import keys
from widget.previews import preview_of
from widget.rendering.locale import Locale, is_zone
from widget.rendering.sample import sample_thread
from widget.running import running
from widget.statistics.faces import Face, faces_of
from widget.statistics.reply_time import reply_minutes

logger = logging.getLogger(__name__)

SHELL_HOLDS = 60  # seconds
FAILURE_HOLDS = 10  # seconds
SCRIPTS_HOLD = 31_536_000  # seconds; their address changes with their content
LIBRARY = ("htmx-4.min.js",)
CONVERSATION_LIBRARY = "ext/hx-ws-4.min.js", "ext/hx-upsert-4.min.js"
SHARED = "messages", "consent", "storage", "limits", "network", "needs", "words"
SCRIPTS = (
    "host identity socket stream gone once composer pending follow menu groups seen notifications"
    " state website details count_opening focus"
)
CONVERSATION_SHARED = ("words",)
CONVERSATION = "standing", "refusals", "answers", "ending", "extras", "pages", "past", "asking"
FEATURES = (
    "files",
    "emoji",
    "sound",
    "sneak_peek",
    "invitations",
    "records",
    "ask_consent",
)  # each has a script, if the owner wants it


@require_safe
@widget_view
def panel(request: HttpRequest, widget: Widget) -> HttpResponse:
    """The shell: the same for everybody who reads this language, so it may be cached."""
    team = tuple(faces_of(widget.key))
    minutes = reply_minutes(widget) if widget.show_reply_time else None
    language = translation.get_language() or "en"
    response = HttpResponse(shell(widget, language, get_script_prefix(), team, minutes))
    response.headers["Cache-Control"] = f"public, max-age={SHELL_HOLDS}"
    return pack(request, response)


@made_once_a_version
def shell(
    widget: Widget,
    language: str,
    prefix: str,  # noqa: ARG001 - is in the links
    team: tuple[Face, ...],
    minutes: int | None,
) -> str:
    return render_to_string(
        "widget/customers/panel.html",
        {
            "widget": widget,
            "language": language,
            "is_rtl": translation.get_language_bidi(),
            "title": widget.text("header_title", language),
            "header_text": widget.text("header_text", language),
            "emoji": EMOJI,
            "style_version": style_version(widget),
            "scripts_version": version_of(scripts_of(widget)),
            "conversation_version": version_of(conversation_scripts()),
            "greeting": widget.text("greeting_text", language),
            "offline_text": widget.text("offline_text", language),
            "sample": sample_thread(Locale(language)) if is_sample(widget) else None,
            "consent_text": widget.text("consent_text", language),
            "team": team,
            "reply_minutes": minutes,
            "openers": widget.openers_in(language),
            "notifies": keys.is_possible(),
            "help_links": widget.help_links_in(language),
        },
    )


def is_sample(widget: Widget) -> bool:
    """Whether an owner looks at it who wants to see a conversation."""
    preview = preview_of(widget.key)
    return preview is not None and preview.has_conversation


@require_POST
@widget_view
@customer_required
def expect_tab(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """The panel is being loaded and will want the chat: it is asked for meanwhile.

    `url`, `title` and `referrer` say where the customer is.
    """
    visit = visit_of(request.POST.dict(), request.headers.get("User-Agent", ""))
    running().relay.expect(request.customer, widget.organization, visit)
    return HttpResponse(status=204)


@require_safe
@widget_view
def scripts(request: HttpRequest, widget: Widget) -> HttpResponse:
    """All the panel's scripts in one answer, for good if it is the version asked for."""
    return script_answer(request, scripts_of(widget))


@require_safe
@widget_view
def conversation_part(request: HttpRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """The scripts of a conversation, kept likewise."""
    return script_answer(request, conversation_scripts())


def script_answer(request: HttpRequest, script: str) -> HttpResponse:
    is_current = request.META["QUERY_STRING"] == version_of(script)
    response = HttpResponse(
        script,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={SCRIPTS_HOLD if is_current else 0}"},
    )
    return pack(request, response)


def scripts_of(widget: Widget) -> str:
    return scripts_with(features_of(widget))


def features_of(widget: Widget) -> tuple[str, ...]:
    return tuple(name for name in FEATURES if getattr(widget, name))


@made_once
def scripts_with(features: tuple[str, ...]) -> str:
    """htmx and ours in one file: opening waits for each request more."""
    return join(LIBRARY, SHARED, (*SCRIPTS.split(), *features))


@made_once
def conversation_scripts() -> str:
    """What is needed when there is a conversation, and fetched then."""
    return join(CONVERSATION_LIBRARY, CONVERSATION_SHARED, CONVERSATION)


def join(library: Iterable[str], shared: Iterable[str], names: Iterable[str]) -> str:
    ours = ([f"customers/{name}.js" for name in each] for each in (shared, names))
    return "".join(f"{source(f'django_htmx/{name}')}\n" for name in library) + bundle(*ours)


@lru_cache
def version_of(script: str) -> str:
    """Changes with the content of a script."""
    return digest(script)[:8]


@require_safe
@widget_view
def welcome(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Whether somebody is there, asked apart: LiveChat may be slow, the shell may not."""
    availability = availability_of(widget) if may_ask(request, widget) else UNKNOWN
    opens = widget.reopens_at()
    is_closed = widget.when_away == Widget.Away.FORM and opens is not None
    is_there = availability.is_online and not is_closed
    occasion = PRECHAT if is_there else TICKET
    form = form_of(widget, occasion.kind, availability.config_version)
    context: dict[str, Any] = {"is_online": availability.is_online, "is_there": is_there}
    if opens and not is_there:
        context["back"] = in_words(opens, request.headers.get("X-Chat-Zone", ""))
    if form:
        context |= form_context(occasion, ChatForm(form.fields), f"forms/{occasion.kind}")
    return render(request, "widget/customers/availability.html", context)


def may_ask(request: HttpRequest, widget: Widget) -> bool:
    """Whether LiveChat may be asked who is there, which the owner pays for.

    Of groups that a page names there may be any number.
    """
    if "X-Chat-Group" not in request.headers or is_known(widget):
        return True
    address = request.META.get("REMOTE_ADDR", "")
    return not wait_before("asking", widget.key, address, bearer_of(request))


@require_safe
@widget_view
def back(request: HttpRequest, widget: Widget) -> HttpResponse:
    """When somebody is there again, as the owner wrote; nothing if they did not."""
    context = {"back": opening_in_words(request, widget)}
    return render(request, "widget/customers/back.html", context)


def opening_in_words(request: HttpRequest, widget: Widget) -> dict[str, str] | None:
    if opens := widget.reopens_at():
        return in_words(opens, request.headers.get("X-Chat-Zone", ""))
    return None


def in_words(moment: dt.datetime, zone: str) -> dict[str, str]:
    """Day and time on the customer's clock."""
    locale = Locale.of(translation.get_language() or "en", zone)
    local = moment.astimezone(ZoneInfo(locale.zone) if is_zone(zone) else moment.tzinfo)
    return {"day": locale.day(local), "time": locale.time(local)}


@require_POST
@widget_view
def count_opening(request: HttpRequest, widget: Widget) -> HttpResponse:  # noqa: ARG001
    """Count it for the owner. Says nothing of who did."""
    running().counts.count(widget.key, Tally.What.OPENING)
    return HttpResponse(status=204)


@require_POST
@widget_view
def count_invited_chat(request: HttpRequest, widget: Widget) -> HttpResponse:
    """Count for the owner that an invitation led to a chat. Does not say which."""
    running().counts.count_invitation(widget, request.POST, InvitationTally.What.CHAT)
    return HttpResponse(status=204)


def form_of(widget: Widget, kind: str, version: str) -> FormToFill | None:
    """The form to fill in before anything else, None also if LiveChat does not tell.

    Who opens a panel within a moment of such a failure does not ask again.
    """
    failed = f"form-failed:2:{widget.asks_about}:{kind}:{version}"
    if not version or cache.get(failed):
        return None
    try:
        return form_before_chat(widget, kind, version)
    except LiveChatError as error:
        logger.warning("widget %s: the %s form is unknown: %s", widget.key, kind, error)
        cache.set(failed, True, FAILURE_HOLDS)
        return None
