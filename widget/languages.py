"""Which of our languages to answer in."""

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from widget.models import Widget


def language_of(request: HttpRequest, widget: Widget) -> str:
    """What the page asked for, else what the browser prefers, else the owner's default."""
    asked = request.GET.get("lang") or request.headers.get("X-Chat-Language", "")
    preferred = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wishes = [asked, *(language for language, _weight in preferred), widget.default_language]
    return next(filter(None, map(supported, wishes)), "en")


def supported(language: str) -> str:
    """The nearest language we speak, or ""."""
    try:
        return translation.get_supported_language_variant(language.lower()) if language else ""
    except LookupError:
        return ""
