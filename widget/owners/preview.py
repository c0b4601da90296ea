"""The form as it is, seen through the real widget before it is saved."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from widget.models import Widget
from widget.owners.addresses import admin_url
from widget.owners.forms import WidgetForm
from widget.previews import Preview, preview_of, publish_preview

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
MODES = (Widget.Theme.LIGHT, Widget.Theme.DARK)  # what may be tried beside what the form says


def preview_form(request: HttpRequest, form: WidgetForm, saved: Widget | None) -> HttpResponse:
    """Serve for a while what the form says, where it is valid. The answer says where to see it.

    `websites` are the addresses that show it on the pages that carry the saved widget.
    """
    draft = with_valid_settings(form.instance, form.errors, saved or Widget())
    if (mode := request.POST.get("preview_theme")) in MODES:
        draft.theme = mode
    about = Preview(saved.key if saved else "", request.user.pk or 0)
    origin = f"{request.scheme}://{request.get_host()}"
    key = shown_key = publish_preview(draft, about, origin)
    if request.POST.get("preview_shows") == "conversation":  # here, not on their websites
        shown_key = publish_preview(draft, about._replace(has_conversation=True), origin)
    answer = {
        "url": admin_url(request, "widget_preview_page", shown_key),
        "websites": addresses(saved, draft, key),
        "notes": color_notes(draft),
    }
    return JsonResponse(answer)


def color_notes(widget: Widget) -> list[str]:
    """Where customers see another colour than the one the owner chose, because it would vanish."""
    chosen, shown = widget.brand_color, widget.appearance
    notes = []
    if shown.brand != chosen and widget.theme != Widget.Theme.DARK:
        words = _("On white %(chosen)s is hard to see, so customers get %(shown)s.")
        notes.append(words % {"chosen": chosen, "shown": shown.brand})
    if shown.brand_dark != chosen and widget.theme != Widget.Theme.LIGHT:
        words = _("In dark mode %(chosen)s is hard to see, so customers get %(shown)s.")
        notes.append(words % {"chosen": chosen, "shown": shown.brand_dark})
    return notes


def with_valid_settings(draft: Widget, invalid: Iterable[str], saved: Widget) -> Widget:
    """The draft with what is invalid as it was before, so that the rest can be seen."""
    for name in invalid:
        if hasattr(saved, name):
            setattr(draft, name, getattr(saved, name))
    return draft


def addresses(saved: Widget | None, draft: Widget, key: str) -> list[str]:
    """Where the draft can be seen on real pages: those that already carry the saved widget."""
    origins = draft.allowed_origins if saved else []
    return [f"{origin}/#chat-draft={key}" for origin in origins if "*" not in origin]


@xframe_options_sameorigin
def preview_page(request: HttpRequest, key: str) -> HttpResponse:
    """A page that carries the preview with this key, as a website would. For whoever made it."""
    preview = preview_of(key)
    if preview is None or preview.user_id != request.user.pk:
        raise Http404
    language = request.GET.get("language")
    context = {
        "key": key,
        "page_key": preview.widget_key,
        "language": language if language in dict(settings.LANGUAGES) else "en",
    }
    response = render(request, "widget/owners/preview_page.html", context)
    response["Content-Security-Policy"] = POLICY
    return response
