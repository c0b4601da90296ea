"""Agents' OAuth: the page on which an agent allows an app, and the tokens an app takes for it.

Source: LiveChat's "OAuth authorization".
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from livechat_sandbox.accounts import answering
from livechat_sandbox.accounts.refusals import Refusal, read_body, require, unauthorized_client
from livechat_sandbox.platform.configuration import Client
from livechat_sandbox.platform.credentials import AgentToken
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Agent, Organization
from livechat_sandbox.platform.tokens import agent_tokens, redirects
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world.world import World

ASKED = (
    *("response_type", "client_id", "redirect_uri", "state"),
    *("code_challenge", "code_challenge_method"),
)


def find_client(world: World, client_id: str) -> tuple[Organization, Client]:
    """Raises Refusal."""
    for organization in world.organizations.values():
        if client_id in organization.clients:
            return organization, organization.clients[client_id]
    raise unauthorized_client("client_id_not_found")


# --- consent ----------------------------------------------------------------------------------


async def consent(request: HttpRequest) -> HttpResponseBase:
    """`GET /?response_type=code` asks an agent, `POST /sandbox/consent` is the answer."""
    return await answering.answer(request, "agent", "consent", ask)


def ask(request: HttpRequest) -> HttpResponse:
    wished = request.POST if request.method == "POST" else request.GET
    try:
        organization, client = check_wish(world_of(request), wished)
        if request.method == "POST":
            return send_back(organization, client, request)
    except Refusal as refusal:
        return HttpResponse(refusal.description, status=400, content_type="text/plain")
    response = render(
        request,
        "sandbox/consent.html",
        {
            "client": client,
            "agents": [each for each in organization.agents.values() if not each.is_bot],
            "scopes": client.scopes,
            "asked": [(name, wished[name]) for name in ASKED if name in wished],
        },
    )
    back = urlsplit(wished["redirect_uri"])
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "
        f"base-uri 'none'; form-action 'self' {back.scheme}://{back.netloc}"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def check_wish(world: World, wished: QueryDict) -> tuple[Organization, Client]:
    """Whose app asks, if it may. Raises Refusal; then the browser is sent nowhere."""
    kind = wished.get("response_type")
    if kind not in ("code", "token"):
        raise Refusal("unsupported_response_type", "response_type is code or token")
    organization, client = find_client(world, wished.get("client_id", ""))
    if not redirects.is_registered(client.redirect_uris, wished.get("redirect_uri", "")):
        raise unauthorized_client("invalid_redirect_uri")
    if wished.get("code_challenge_method", "plain").lower() not in ("plain", "s256"):
        raise Refusal("invalid_request", "code_challenge_method is S256 or plain")
    challenge = wished.get("code_challenge", "")
    if challenge and not 43 <= len(challenge) <= 128:
        raise Refusal("invalid_request", "code_challenge is 43 to 128 characters long")
    if kind == "code" and not client.secret and not challenge:
        raise Refusal("invalid_request", "code_challenge is missing: the app keeps no secret")
    return organization, client


def send_back(organization: Organization, client: Client, request: HttpRequest) -> HttpResponse:
    """The agent pressed "Allow". Raises Refusal."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise Refusal("invalid_request", "Not from another site")
    wished = request.POST
    agent = organization.agents.get(wished.get("agent", ""))
    if agent is None or agent.suspended:
        raise Refusal("invalid_request", "agent is unknown")
    if wished["response_type"] == "code":
        code = agent_tokens.issue_code(
            agent,
            client,
            wished["redirect_uri"],
            wished.get("code_challenge", ""),
            wished.get("code_challenge_method", ""),
        )
        world_of(request).set_alarm()
        return redirect(wished, "?", {"code": code.value})
    token = agent_tokens.issue(agent, client)
    world_of(request).deliver(organization)
    given = {
        "access_token": token.value,
        "token_type": "Bearer",
        "expires_in": round(token.expires_at - organization.clock.time()),
    }
    return redirect(wished, "#", given)


def redirect(wished: QueryDict, mark: str, given: dict[str, Any]) -> HttpResponse:
    if "state" in wished:
        given = given | {"state": wished["state"]}
    where = f"{wished['redirect_uri']}{mark}{urlencode(given)}"
    return HttpResponse(status=302, headers={"Location": where, "Cache-Control": "no-store"})


# --- tokens -----------------------------------------------------------------------------------


async def token(request: HttpRequest) -> HttpResponseBase:
    """`POST /v2/token` gives a token for a code or a refresh token, `DELETE` revokes one."""
    if request.method not in ("POST", "DELETE"):
        return HttpResponseNotAllowed(("POST", "DELETE"))
    if request.method == "DELETE":
        return await answering.answer(request, "agent", "revoke", revoke)
    return await answering.answer(request, "agent", "token", grant)


def grant(request: HttpRequest) -> HttpResponse:
    wished = read_body(request)
    organization, client = find_client(world_of(request), require(wished, "client_id"))
    secret = str(wished.get("client_secret", ""))
    kind = wished.get("grant_type")
    try:
        if kind == "authorization_code":
            issued = agent_tokens.exchange(
                organization,
                client,
                require(wished, "code"),
                redirect_uri=require(wished, "redirect_uri"),
                secret=secret,
                verifier=str(wished.get("code_verifier", "")),
            )
        elif kind == "refresh_token":
            value = require(wished, "refresh_token")
            issued = agent_tokens.refresh(organization, client, value, secret)
        else:
            raise Refusal("unsupported_grant_type", f"Unknown grant type {kind}")
    except LiveChatError as error:
        words = "unauthorized_client" if error.type == "authorization" else "invalid_grant"
        raise Refusal(words, error.message) from error
    return JsonResponse(describe(organization.agents[issued.agent_id], issued))


def describe(agent: Agent, issued: AgentToken) -> dict[str, Any]:
    organization = agent.organization
    told = {
        "access_token": issued.value,
        "account_id": agent.account_id,
        "client_id": issued.client_id,
        "expires_in": max(0, round(issued.expires_at - organization.clock.time())),
        "organization_id": organization.id,
        "scope": ",".join(sorted(organization.scopes_of(issued.value))),
        "token_type": "Bearer",
    }
    return told | ({"refresh_token": issued.refresh_token} if issued.refresh_token else {})


def revoke(request: HttpRequest) -> HttpResponse:
    value = request.GET.get("code") or request.headers.get("Authorization", "").partition(" ")[2]
    for organization in world_of(request).organizations.values():
        if value and agent_tokens.revoke(organization, value):
            return JsonResponse({})
    raise Refusal("invalid_grant", "The token is unknown")
