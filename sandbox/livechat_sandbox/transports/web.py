"""The Web door: HTTP in, a method called, JSON out. One for each side of LiveChat."""

import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from livechat_sandbox.platform import limits, pushes
from livechat_sandbox.platform.configuration import Rules
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import read_texts
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes.customer_versions import ALIASES, STAGES
from livechat_sandbox.platform.structures import Agent, Organization
from livechat_sandbox.transports import json_body
from livechat_sandbox.transports.methods import Caller, Method, call, method_for, refusal_of
from livechat_sandbox.transports.scope import wire_of, world_of
from livechat_sandbox.world import journal
from livechat_sandbox.world.faults import Abort, Disturbance, HttpFailure
from livechat_sandbox.world.wire import Wire

FORM_OVERHEAD = 64 * 1024  # what multipart adds to a file


def read_payload(request: HttpRequest, method: Method, organization: Organization) -> Payload:
    """The parameters, wherever they are. Raises validation, entity_too_large."""
    if method.http == "GET":
        texts = {name: str(values[-1]) for name, values in request.GET.lists()}
        return read_texts(method.parameters, texts)
    if request.content_type == "multipart/form-data":
        if "Content-Length" not in request.headers:  # it came in chunks, which Django cannot count
            request.META["CONTENT_LENGTH"] = str(len(request.body))
        if int(request.META["CONTENT_LENGTH"]) > organization.rules.upload_bytes + FORM_OVERHEAD:
            raise LiveChatError("entity_too_large")
        return read_files(request)
    if len(request.body) > json_body.MOST_BYTES:
        raise LiveChatError("entity_too_large")
    try:
        payload = json_body.decode(request.body or b"{}")
    except json_body.NotJson as error:
        raise LiveChatError("validation", str(error)) from error
    if payload is None:  # as LiveChat's own Go client says that there are no parameters
        return {}
    if not isinstance(payload, dict):
        raise LiveChatError("validation", "The body is not a JSON object")
    return payload


def read_files(request: HttpRequest) -> Payload:
    """Raises validation for a form that cannot be read."""
    try:
        return dict(request.FILES.items())
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise LiveChatError("validation", str(error)) from error


@dataclass(frozen=True)
class Side:
    """One API of LiveChat: `customer`, `agent`, `configuration`."""

    name: str
    methods: Mapping[str, Method]
    versions: tuple[str, ...]
    default_version: str
    authenticate: Callable[[HttpRequest, Method, str], Caller]
    shape: Callable[[Any, str], Any]
    read: Callable[[HttpRequest, Method, Organization], Payload] = read_payload


async def answer(
    request: HttpRequest, side: Side, version: str | None, action: str
) -> HttpResponseBase:
    """Serve one Web request of a side."""
    asked = version or request.headers.get("X-API-Version") or side.default_version
    version = ALIASES.get(asked, asked)

    async def answer_undisturbed() -> HttpResponse:
        try:
            return await _succeed(request, side, version, action)
        except Exception as error:
            return refusal(refusal_of(error))

    faults = world_of(request).faults
    disturbance = faults.on_request(side.name, "web", action, user_id_of(request))
    response = await answer_disturbed(request, disturbance, answer_undisturbed, refusal)
    note(request, "customer" if side.name == "customer" else "agent", "web", action, response)
    response.headers["X-Debug-Id"] = uuid4().hex
    if asked in STAGES:
        header, ends = STAGES[asked]
        response.headers[header] = ends
    return response


def note(
    request: HttpRequest,
    side: journal.Side,
    transport: journal.Transport,
    method: str,
    response: HttpResponseBase,
) -> None:
    """Put a request and its answer into the journal."""
    status = 0 if isinstance(response, Aborted) else response.status_code
    size = response.headers.get("Content-Length") or len(getattr(response, "content", b""))
    origin = request.headers.get("Origin", "")
    world_of(request).journal.note(side, transport, method, status, int(size), origin)


class Aborted(HttpResponse):
    """Stands for the answer that nobody gets any more."""


def refusal(error: LiveChatError) -> HttpResponse:
    is_limit = error.type == "too_many_requests"
    headers = {"Retry-After": str(error.retry_after)} if is_limit else {}
    return JsonResponse(error.body(), status=error.status, headers=headers)


def user_id_of(request: HttpRequest) -> str | None:
    """Whose token a request presents, for faults that meet one customer only."""
    value = request.headers.get("Authorization", "").partition(" ")[2]
    for organization in world_of(request).organizations.values():
        if value in organization.customer_tokens:
            return organization.customer_tokens[value].customer_id
    return None


async def answer_disturbed(
    request: HttpRequest,
    disturbance: Disturbance | None,
    produce: Callable[[], Awaitable[HttpResponse]],
    refuse: Callable[[LiveChatError], HttpResponse],
) -> HttpResponseBase:
    """Answer as far as the faults allow it."""
    if disturbance is None:
        return await produce()
    wire = wire_of(request)
    organization = world_of(request).organizations.get(request.GET.get("organization_id", ""))
    rules = organization.rules if organization else Rules()
    try:
        await disturbance.before(rules)
        response = await produce()
        await disturbance.after(rules)
    except LiveChatError as error:
        return refuse(error)
    except HttpFailure as failure:
        headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
        if failure.body is None or isinstance(failure.body, str):
            return HttpResponse(
                failure.body or "",
                status=failure.status,
                content_type="text/plain",
                headers=headers,
            )
        return JsonResponse(failure.body, status=failure.status, headers=headers, safe=False)
    except Abort:
        wire.abort()
        return Aborted()
    if disturbance.truncates:
        return truncate(response, wire)
    response.content = disturbance.spoil(response.content)
    return response


def truncate(response: HttpResponse, wire: Wire) -> StreamingHttpResponse:
    """Promise the whole body, send half of it and hang up."""

    async def half() -> AsyncIterator[bytes]:
        yield response.content[: len(response.content) // 2]
        wire.hang_up()

    return StreamingHttpResponse(
        half(),
        status=response.status_code,
        headers=dict(response.headers) | {"Content-Length": str(len(response.content))},
    )


async def _succeed(request: HttpRequest, side: Side, version: str, action: str) -> HttpResponse:
    if version not in side.versions:
        raise LiveChatError("unsupported_version")
    method = method_for(side.methods, action, version, "web")
    if request.method != method.http:
        raise LiveChatError("validation", f"{action} is called with {method.http}")
    caller = side.authenticate(request, method, version)
    limits.count(caller.organization)
    payload = side.read(request, method, caller.organization)
    return await _run(side, method, caller, payload, request)


async def _run(
    side: Side, method: Method, caller: Caller, payload: Payload, request: HttpRequest
) -> HttpResponse:
    try:
        result = call(method, caller, payload)
        if inspect.isawaitable(result):
            result = await result
    finally:
        if isinstance(caller.person, Agent):
            pushes.name_requester(caller.person, caller.client_id)
        world_of(request).deliver(caller.organization)
    shaped = side.shape(result, caller.version)
    callback = request.GET.get("jsonp")
    if callback and callback.isidentifier():
        script = f"{callback}({json.dumps(shaped)});"
        return HttpResponse(script, content_type="application/javascript")
    return JsonResponse(shaped, safe=False)
