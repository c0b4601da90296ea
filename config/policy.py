"""The headers that keep browsers safe, for every answer that does not bring its own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

# Everything from ourselves, nothing inline, in nobody's frame; and as Django's
# SecurityMiddleware has it, which others' answers do not reach.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# For a file that somebody opens by itself, such as a picture in SVG: nothing in it runs or loads.
FILE_HEADERS = HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


class SafeHeadersMiddleware:
    """Comes before all others, whose refusals need them as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        make_safe(response)
        return response


def make_safe(response: HttpResponseBase) -> None:
    """Add what it does not have."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
