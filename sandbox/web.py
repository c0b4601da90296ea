"""The Web door: HTTP in, a method called, JSON out. One for each side of LiveChat."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse

from sandbox.api import Caller, Method, call, method_for
from sandbox.parameters import Kind, integer
from sandbox.platform.errors import LiveChatError
from sandbox.platform.structures import Organization, Payload
from sandbox.world import world

MOST_JSON_BYTES = 1024 * 1024
FORM_OVERHEAD = 64 * 1024  # what multipart adds to a file


@dataclass(frozen=True)
class Side:
    """One API of LiveChat: `customer`, `agent`, `configuration`."""

    name: str
    methods: Mapping[str, Method]
    versions: tuple[str, ...]
    default_version: str
    authenticate: Callable[[HttpRequest, Method, str], Caller]
    shape: Callable[[Any, str], Any]
    legacy: Mapping[str, str]


async def answer(
    request: HttpRequest, side: Side, version: str | None, action: str
) -> HttpResponse:
    """Serve one Web request of a side."""
    version = version or request.headers.get("X-API-Version") or side.default_version
    try:
        response = await _succeed(request, side, version, action)
    except LiveChatError as error:
        response = JsonResponse(error.body(), status=error.status)
    response.headers["X-Debug-Id"] = uuid4().hex
    if version in side.legacy:
        response.headers["Legacy"] = side.legacy[version]
    return response


async def _succeed(request: HttpRequest, side: Side, version: str, action: str) -> HttpResponse:
    if version not in side.versions:
        raise LiveChatError("unsupported_version")
    method = method_for(side.methods, action, version, "web")
    if request.method != method.http:
        raise LiveChatError("validation", f"{action} is called with {method.http}")
    caller = side.authenticate(request, method, version)
    payload = read_payload(request, method, caller.organization)
    return await _run(side, method, caller, payload, request)


async def _run(
    side: Side, method: Method, caller: Caller, payload: Payload, request: HttpRequest
) -> HttpResponse:
    try:
        result = call(method, caller, payload)
        if inspect.isawaitable(result):
            result = await result
    finally:
        world.deliver(caller.organization)
    shaped = side.shape(result, caller.version)
    callback = request.GET.get("jsonp")
    if callback and callback.isidentifier():
        script = f"{callback}({json.dumps(shaped)});"
        return HttpResponse(script, content_type="application/javascript")
    return JsonResponse(shaped, safe=False)


def read_payload(request: HttpRequest, method: Method, organization: Organization) -> Payload:
    """The parameters, wherever they are. Raises validation, entity_too_large."""
    if method.http == "GET":
        return read_query(request, method.parameters)
    length = int(request.headers.get("Content-Length") or 0)
    if request.content_type == "multipart/form-data":
        if length > organization.rules.upload_bytes + FORM_OVERHEAD:
            raise LiveChatError("entity_too_large")
        return dict(request.FILES.items())
    if length > MOST_JSON_BYTES:
        raise LiveChatError("entity_too_large")
    try:
        payload = json.loads(request.body or b"{}")
    except ValueError as error:
        raise LiveChatError("validation", "The body is not JSON") from error
    if not isinstance(payload, dict):
        raise LiveChatError("validation", "The body is not a JSON object")
    return payload


def read_query(request: HttpRequest, parameters: Kind) -> Payload:
    """The query string, with numbers where numbers are asked for."""
    payload: Payload = {}
    wants_integer = integer().complain
    for name, value in request.GET.items():
        kind = parameters.fields.get(name)
        is_number = kind is not None and kind.complain("") == wants_integer("")
        payload[name] = int(value) if is_number and value.lstrip("-").isdigit() else value
    return payload
