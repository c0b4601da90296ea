"""The admin speaks the language of its user's browser; the widget's pages choose their own."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers


class AdminLanguageMiddleware:
    """As Django's LocaleMiddleware, for the admin alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_admin(request):
            translation.deactivate()  # the thread's next request begins anew
            patch_vary_headers(response, ["Accept-Language"])
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if is_admin(request):
            translation.activate(translation.get_language_from_request(request))


def is_admin(request: HttpRequest) -> bool:
    return bool(request.resolver_match and request.resolver_match.app_name == "admin")
