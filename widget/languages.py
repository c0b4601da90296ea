"""Which of our languages to answer in."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from widget.models import Widget


def language_of(request: HttpRequest, widget: Widget) -> str:
    """What the page asked for, else what the browser prefers, else the owner's default."""
    asked = request.GET.get("lang") or request.headers.get("X-Chat-Language", "")
    preferred = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wishes = [asked, *(language for language, _weight in preferred), widget.default_language]
    return next(filter(None, map(nearest_language, wishes)), "en")


def nearest_language(language: str) -> str:
    """The nearest language we speak, or ""; also for `pt_BR` and Java's `iw`, which is Hebrew."""
    code = re.sub("^iw\\b", "he", language.lower().replace("_", "-"))
    try:
        return translation.get_supported_language_variant(code) if code else ""
    except LookupError:
        return ""


def vary_by_language(response: HttpResponse) -> None:
    """Tell caches what `language_of` went by. Source: RFC 9110, "Vary"."""
    patch_vary_headers(response, ["Accept-Language", "X-Chat-Language"])
