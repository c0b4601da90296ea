"""How an app that nobody registered finds its way in: metadata, and registration without a person.

MCP clients need it: they know one address and nothing else. Sources: RFC 9728 for the protected
resource, RFC 8414 for the accounts service, RFC 7591 for registering; MCP's "Authorization".
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from livechat_sandbox.accounts import answering
from livechat_sandbox.platform.configuration import Client
from livechat_sandbox.platform.tokens import redirects
from livechat_sandbox.transports import json_body
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world.seed import ORGANIZATION_ID

SCOPES = ["agents--my:ro", "chats--access:ro", "chats--all:ro", "customers:ro", "tags--all:ro"]


def origin(request: HttpRequest) -> str:
    """The sandbox under the name the client called, for it compares."""
    return request.build_absolute_uri("/").rstrip("/")


@require_safe
async def protected_resource(request: HttpRequest) -> HttpResponseBase:
    return await answering.answer(request, "agent", "metadata", describe_resource)


def describe_resource(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {
            "resource": f"{origin(request)}/mcp",
            "authorization_servers": [origin(request)],
            "scopes_supported": SCOPES,
            "bearer_methods_supported": ["header"],
        }
    )


@require_safe
async def authorization_server(request: HttpRequest) -> HttpResponseBase:
    return await answering.answer(request, "agent", "metadata", describe_server)


def describe_server(request: HttpRequest) -> HttpResponse:
    here = origin(request)
    return JsonResponse(
        {
            "issuer": here,
            "authorization_endpoint": f"{here}/",
            "token_endpoint": f"{here}/v2/token",
            "registration_endpoint": f"{here}/register",
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256", "plain"],
        }
    )


@require_POST
async def register(request: HttpRequest) -> HttpResponseBase:
    return await answering.answer(request, "agent", "register", new_app)


def new_app(request: HttpRequest) -> HttpResponse:
    """An app of the first organization that keeps no secret and may only read."""
    try:
        wished: Any = json_body.decode(request.body)
    except json_body.NotJson as error:
        return refusal("invalid_client_metadata", str(error))
    uris = wished.get("redirect_uris") if isinstance(wished, dict) else None
    if not isinstance(uris, list) or not uris or not all(is_usable(each) for each in uris):
        return refusal("invalid_redirect_uri", "redirect_uris lists pages, without a query")
    organization = world_of(request).organizations[ORGANIZATION_ID]
    client = Client(organization.ids.hex(32), uris, scopes=SCOPES)
    organization.clients[client.id] = client
    return JsonResponse(
        {
            "client_id": client.id,
            "client_name": str(wished.get("client_name", "")),
            "redirect_uris": uris,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": " ".join(SCOPES),
        },
        status=201,
    )


def refusal(error: str, description: str) -> HttpResponse:
    return JsonResponse({"error": error, "error_description": description}, status=400)


def is_usable(uri: Any) -> bool:
    return isinstance(uri, str) and redirects.split(uri) is not None
