"""Lets pages of any origin call LiveChat's addresses, as LiveChat does."""

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware

from livechat_sandbox.transports.own_addresses import is_own

Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
EXPOSED = "Legacy, Deprecation, X-Debug-Id, Retry-After"
HEADERS = "authorization, content-type, x-api-version, x-region, x-author-id"


@async_only_middleware
def allow_origins(get_response: Answer) -> Answer:
    """The sandbox's own addresses stay closed to other sites."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        origin = request.headers.get("Origin")
        if not origin or is_own(request.path):
            return await get_response(request)
        preflight = (
            request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        )
        response = HttpResponse(status=204) if preflight else await get_response(request)
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Origin"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if preflight:
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = HEADERS
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    return middleware
