"""What every request of the control door has in common: the method, the body, what is wrong."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import check
from livechat_sandbox.transports import json_body

View = Callable[[HttpRequest], Coroutine[Any, Any, HttpResponse]]


class Mistake(Exception):
    """The control request makes no sense."""


def door(*methods: str) -> Callable[[View], View]:
    """Answer other methods with 405, and mistakes with 400 and what was wrong."""

    def decorate(view: View) -> View:
        @wraps(view)
        async def answer(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                return await view(request)
            except (Mistake, json_body.NotJson) as mistake:
                return JsonResponse({"error": str(mistake)}, status=400)
            except LiveChatError as error:
                return JsonResponse({"error": error.message}, status=400)

        return answer

    return decorate


def read(request: HttpRequest, kind: Any) -> dict[str, Any]:
    """A wish of that type. Raises NotJson, Mistake for names it does not have, validation."""
    wished = read_object(request)
    refuse_unknown("names", wished, kind.__annotations__)
    check(kind, wished)
    return wished


def read_object(request: HttpRequest) -> dict[str, Any]:
    """Raises NotJson, Mistake."""
    wished = json_body.decode(request.body or b"{}")
    if not isinstance(wished, dict):
        raise Mistake("The body is not a JSON object")
    return wished


def refuse_unknown(what: str, names: Any, known: Any) -> None:
    unknown = sorted(str(name) for name in names if name not in known)
    if unknown:
        there_are = ", ".join(sorted(map(str, known)))
        raise Mistake(f"Unknown {what}: {', '.join(unknown)}. There are: {there_are}")
