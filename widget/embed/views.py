"""The loader a website embeds, with the widget's public configuration, small and cacheable."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from widget.assets import (
    as_javascript,
    digest,
    made_once_a_version,
    pack,
    short_source,
)
from widget.availability import is_away, online_groups
from widget.embed import invitations, looks, pages, scripts, visitors
from widget.languages import language_of, vary_by_language
from widget.models import Widget
from widget.options.origins import origin_of
from widget.previews import may_load
from widget.running import running
from widget.statistics import last_seen

LOADER_HOLDS = 60  # seconds a changed widget may still look as it did
UNKNOWN_HOLDS = 5  # seconds, while it is not known who is there
OTHER_PART_HOLDS = 300  # seconds for a part of another release
# SVG paths in a square of 24.
ICONS = {
    "bubble": "M5 5h14v10h-9l-5 4z",
    "cloud": "M12 5c-5 0-8 3-8 6.5 0 2 1 3.5 2.5 4.5L6 20l4-2c6 1 10-2 10-6.5C20 8 17 5 12 5z",
    "heart": "M12 20S4 15 4 9.5A4 4 0 0 1 12 8a4 4 0 0 1 8 1.5C20 15 12 20 12 20z",
    "flash": "M13 3L5 14h6l-1 7 9-12h-6z",
}
FOR_EVERYBODY = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}
ANALYTICS = ("gtag", "gtm")
BY_LOADER = (Widget.Away.LINK, Widget.Away.NOTHING)
PART_HOLDS = 31_536_000  # seconds; its address changes with its content

View = Callable[..., HttpResponse]


def loader_view(view: View) -> View:
    """For what every page of a website fetches, and nearly always finds in our cache.

    A transaction would begin and end in the database all the same.
    """
    return login_not_required(non_atomic_requests(require_safe(view)))


@loader_view
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """The script of the snippet: the launcher and `LiveChatWidget`.

    `?of=` is the key of the page's own widget, where a preview of it is to take its place;
    `?person` is for a website that says at each page who is signed in, `?analytics=gtag` or `gtm`
    for one that wants events for Google's tags.
    """
    of = request.GET.get("of")
    if not may_load(key, of):
        return HttpResponseNotFound(headers=FOR_EVERYBODY)
    widget = Widget.objects.find_or_404(key)
    last_seen.remember(widget, request.headers.get("Referer", ""))
    running().availability.use(widget)
    language = language_of(request, widget)
    settings = public_settings(widget, language) | ({"of": of} if of else {})
    script = scripts.loader(features_of(widget, language)).replace(
        "SETTINGS", as_javascript(settings)
    )
    if "person" in request.GET:
        script += ";\n" + person_script(widget)
    if (kind := request.GET.get("analytics")) in ANALYTICS:
        events = short_source("embed/analytics.js").replace("ANALYTICS", as_javascript(kind))
        script = f"{events};\n{script}"
    holds = LOADER_HOLDS if "online" in settings else UNKNOWN_HOLDS
    response = script_response(request, script, holds)
    vary_by_language(response)
    return response


def person_script(widget: Widget) -> str:
    """For websites where people sign in."""
    consent = widget.consent_version if widget.ask_consent else ""
    script = short_source("embed/person.js")
    for name, value in (("CONSENT", consent), ("KEY", widget.key)):
        script = script.replace(name, as_javascript(value))
    return script


@loader_view
def panel_part(request: HttpRequest, key: str) -> HttpResponse:
    """The loader's second half, fetched when somebody wants to chat."""
    widget = Widget.objects.find_or_404(key)
    language = language_of(request, widget)
    response = part_response(request, widget, loader_panel(widget, language))
    vary_by_language(response)
    return response


@loader_view
def consent_part(request: HttpRequest, key: str) -> HttpResponse:
    """Fetched when the website says what its visitor has agreed to."""
    widget = Widget.objects.find_or_404(key)
    return part_response(request, widget, consent(widget))


@loader_view
def push_part(request: HttpRequest, key: str) -> HttpResponse:
    """What a website's page does for notifications, fetched when a customer has written."""
    widget = Widget.objects.find_or_404(key)
    script = scripts.push().replace("KEY", as_javascript(widget.key))
    return script_response(request, script, OTHER_PART_HOLDS)


@loader_view
def invitations_part(request: HttpRequest, key: str) -> HttpResponse:
    """What decides whether somebody is invited, with the invitations in `?lang=`."""
    widget = Widget.objects.find_or_404(key)
    script = invitations.script(widget, language_of(request, widget))
    response = part_response(request, widget, script)
    vary_by_language(response)
    return response


@loader_view
def visitors_part(request: HttpRequest, key: str) -> HttpResponse:
    """What makes a visitor known and shows LiveChat's greetings, in `?lang=`."""
    widget = Widget.objects.find_or_404(key)
    if not widget.track_visitors:
        return HttpResponseNotFound(headers=FOR_EVERYBODY)
    script = visitors.script(widget, language_of(request, widget))
    response = part_response(request, widget, script)
    vary_by_language(response)
    return response


@loader_view
def count_invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Count what an invitation did, and nothing of who saw it.

    A script, because a website's policy need not allow anything else. Anyone may ask for it: only
    what our own websites say counts, as far as browsers tell.
    """
    widget = Widget.objects.find_or_404(key)
    if widget.allows(importing_website(request)):
        invitations.count(widget, request.GET)
    return HttpResponse(
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-store"} | FOR_EVERYBODY,
    )


def importing_website(request: HttpRequest) -> str:
    """The origin of the page that imports a module, "" if the browser does not tell.

    `Referer` names the script that imports, which is ours: it is the page's only where both have
    one origin, and then there is no `Origin`. Sources: HTML, "fetch a single imported module
    script"; Fetch, "append a request `Origin` header".
    """
    return request.headers.get("Origin") or origin_of(request.headers.get("Referer", ""))


@loader_view
def older_api(request: HttpRequest, key: str) -> HttpResponse:
    """LiveChat's older LC_API, fetched by pages that use it."""
    return part_response(request, Widget.objects.find_or_404(key), older_api_script())


def features_of(widget: Widget, language: str) -> tuple[str, ...]:
    """What its loader does that others need not."""
    needs = {
        "languages": bool(widget.texts.keys() - {language}),
        f"away_{widget.when_away}": widget.when_away in BY_LOADER and is_away(widget),
        "ask_consent": widget.ask_consent,
        "track": widget.track_visitors,
        "invite": invitations.are_there(widget),
    }
    return tuple(name for name, is_needed in needs.items() if is_needed)


def public_settings(widget: Widget, language: str) -> dict[str, Any]:
    """What the loader may know about the widget, and with it everybody.

    It has 4 kB: it speaks the browser's language, and those the owner has written something in.
    """
    return {"key": widget.key, **who_is_there(widget), **lasting_settings(widget, language)}


@made_once_a_version
def lasting_settings(widget: Widget, language: str) -> dict[str, Any]:
    """Those that stay until somebody changes the widget."""
    chosen = {
        "pages": pages.pattern(widget.shown_pages, widget.hidden_pages),
        "position": widget.position if widget.position != "right" else "",
        "theme": widget.theme if widget.theme != "auto" else "",
        "visitors": widget.track_visitors,
        "allow": "microphone" if widget.records else "",
        "consent": widget.ask_consent and widget.consent_version,
    }
    return {
        "texts": {spoken: texts(widget, spoken) for spoken in {language: None} | widget.texts},
        "css": looks.launcher(widget),
        "version": parts_version(widget),
        "icon": ICONS[widget.launcher_icon],
        **{name: value for name, value in chosen.items() if value},
    }


def who_is_there(widget: Widget) -> dict[str, Any]:
    """The widget's group, the groups with somebody if they are known, and what there is instead."""
    told: dict[str, Any] = {"group": widget.group_id}
    groups = online_groups(widget)
    if groups is not None:
        told["online"] = groups
    if widget.when_away == Widget.Away.LINK and is_away(widget):
        told["link"] = widget.away_link
    return told


def texts(widget: Widget, language: str) -> dict[str, str]:
    """What the loader says in this language."""
    with translation.override(language):
        failed = gettext("The chat could not be loaded."), gettext("Open it in a new tab")
        return {
            "open": gettext("Open chat"),
            "close": gettext("Close chat"),
            **link_text(widget),
            "failed": " ".join(failed),
            "label": widget.text("launcher_label", language),
        }


def link_text(widget: Widget) -> dict[str, str]:
    """What the launcher says where it is a link."""
    if widget.when_away != Widget.Away.LINK:
        return {}
    scheme = widget.away_link.partition(":")[0]
    words = {"mailto": gettext("Write an e-mail"), "tel": gettext("Call us")}
    return {"link": words.get(scheme, gettext("Contact us"))}


@made_once_a_version
def parts_version(widget: Widget) -> str:
    """Changes with the content of the parts; the loader asks for them by it."""
    told = json.dumps([widget.invitations, widget.header_picture, widget.organization_id])
    parts = [
        loader_panel(widget, widget.default_language),
        older_api_script(),
        invitations.template(widget),
        visitors.template(widget),
        consent(widget),
    ]
    return digest("".join([*parts, told]))[:8]


def loader_panel(widget: Widget, language: str) -> str:
    """The loader's second half with its styles and words inside."""
    script = scripts.loader_panel(("ask_consent",) * widget.ask_consent)
    with translation.override(language):
        words = {"title": gettext("Chat"), "unread": gettext("unread messages: %")}
    values = {
        "WORDS": words,
        "PANEL_CSS": looks.part(widget, "loader_panel"),
        "BESIDE_CSS": looks.part(widget, "beside"),
        "ORGANIZATION": widget.organization_id,
        "CONSENT": widget.consent_version,
    }
    for name, value in values.items():
        script = script.replace(name, as_javascript(value))
    return script


def consent(widget: Widget) -> str:
    """What keeps the consent that a website tells."""
    return scripts.consent().replace("CONSENT", as_javascript(widget.consent_version))


def older_api_script() -> str:
    return short_source("embed/lc_api.js")


def part_response(request: HttpRequest, widget: Widget, script: str) -> HttpResponse:
    """A part, for good if it is the version that was asked for, and not a release's other one."""
    is_asked_for = request.META["QUERY_STRING"].rpartition("&")[2] == parts_version(widget)
    return script_response(request, script, PART_HOLDS if is_asked_for else OTHER_PART_HOLDS)


def script_response(request: HttpRequest, script: str, holds: int) -> HttpResponse:
    """A script that any website may load, isolated ones included.

    Source: Fetch, "Cross-Origin-Resource-Policy".
    """
    response = HttpResponse(
        script,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={holds}"} | FOR_EVERYBODY,
    )
    return pack(request, response)
