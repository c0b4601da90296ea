"""The form as it stands, seen through the real widget before it is saved."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from widget.models import Widget
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
    key = publish_preview(draft, about, f"{request.scheme}://{request.get_host()}")
    url = reverse("admin:widget_previewed", args=[key])
    return JsonResponse({"url": url, "websites": addresses(saved, draft, key)})


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
def previewed(request: HttpRequest, key: str) -> HttpResponse:
    """A page that carries the preview with this key, as a website would. For who made it."""
    preview = preview_of(key)
    if preview is None or preview.user_id != request.user.pk:
        raise Http404
    language = request.GET.get("language")
    context = {
        "key": key,
        "page_key": preview.widget_key,
        "language": language if language in dict(settings.LANGUAGES) else "en",
    }
    response = render(request, "widget/owners/previewed.html", context)
    response["Content-Security-Policy"] = POLICY
    return response
