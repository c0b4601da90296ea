"""A chat goes on elsewhere: a link, or its code to be scanned, that opens it in another browser."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST

from widget.customers.security import (
    TOKEN_HEADER,
    CustomerRequest,
    customer_required,
    widget_view,
)
from widget.customers.views.stylesheet import style_version
from widget.models import Move, Widget

BORDER = 2  # modules of white around the code
SCALE = 4  # pixels of a module


@require_POST
@widget_view
@customer_required
def move(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """A link for one more browser, and its code. The link before opens nothing any more."""
    code = Move.objects.open(request.bearer)
    language = translation.get_language() or "en"
    page = reverse("widget:continue", args=[widget.key])
    # No log sees what comes after the `#`.
    link = request.build_absolute_uri(f"{page}?lang={language}#{code}")
    picture = segno.make(link, error="m").svg_inline(scale=SCALE, border=BORDER, light="#fff")
    context = {"link": link, "picture": picture}
    return render(request, "widget/customers/move.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@widget_view
def go_on(request: HttpRequest, widget: Widget) -> HttpResponse:
    """GET: the page behind the link. POST: 201 with a bearer token for its `code`, once; else 403.

    Opening the page uses up nothing, a click does: messengers look at links before people do.
    """
    if request.method == "POST":
        token = Move.objects.use(widget, request.POST.get("code", ""))
        if not token:
            return HttpResponse(status=403)
        return HttpResponse(status=201, headers={TOKEN_HEADER: token})
    language = translation.get_language() or "en"
    context = {
        "widget": widget,
        "style_version": style_version(widget),
        "language": language,
        "title": widget.text("header_title", language),
    }
    return render(request, "widget/customers/continue.html", context)
