"""No view of ours gets a form in another encoding than UTF-8."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from widget.charsets import require_utf8


class Utf8Middleware:
    """Refuses what is not; the views of customers do so wherever they are installed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        require_utf8(request)
        return self.get_response(request)
