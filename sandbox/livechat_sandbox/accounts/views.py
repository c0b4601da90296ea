"""The accounts service: customer tokens, their grants, cookies, information and revocation.

Source: Customer Accounts API v2, "Customer authorization".
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from livechat_sandbox.accounts import answering, oauth
from livechat_sandbox.accounts.refusals import Refusal, read_body, require, unauthorized_client
from livechat_sandbox.platform.configuration import Client
from livechat_sandbox.platform.credentials import AgentToken, CustomerToken
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number
from livechat_sandbox.platform.people import bans, customers
from livechat_sandbox.platform.structures import Agent, Customer, Organization
from livechat_sandbox.platform.tokens import customer_tokens, redirects
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world.world import World

NO_GROUP = -1
COOKIE_AGE = 63_072_000  # seconds: two years


async def token(
    request: HttpRequest, organization_id: str | None = None, group_id: int | None = None
) -> HttpResponseBase:
    """`POST /token` issues a token by one of three grants, `DELETE /token` revokes one."""
    if request.method == "DELETE":
        return await answering.answer(request, "customer", "revoke", revoke)
    issue = partial(grant, organization_id=organization_id, group_id=group_id)
    return await answering.answer(request, "customer", "token", issue)


async def group_token(
    request: HttpRequest, organization_id: str, group_id: str
) -> HttpResponseBase:
    """An identity of its own in each group, for those who keep groups apart."""
    number = whole_number(group_id)
    return await token(request, organization_id, NO_GROUP if number is None else number)


def grant(request: HttpRequest, organization_id: str | None, group_id: int | None) -> HttpResponse:
    if request.method != "POST":
        raise Refusal("invalid_request", "Use POST")
    wished = read_body(request)
    if "organization_id" in request.GET:
        wished.setdefault("organization_id", request.GET["organization_id"])
    if organization_id is not None:
        wished["organization_id"] = organization_id
    grants = {"cookie": by_cookie, "agent_token": by_agent_token, "identity_token": by_code}
    kind = require(wished, "grant_type")
    if kind not in grants:
        raise Refusal("unsupported_grant_type", f"Unknown grant type {kind}")
    return grants[kind](request, wished, group_id)


def find_client(wished: dict[str, Any], organizations: Iterable[Organization]) -> Client:
    client_id = require(wished, "client_id")
    for each in organizations:
        if client_id in each.clients:
            return each.clients[client_id]
    raise unauthorized_client("client_id_not_found")


def find_organization(world: World, wished: dict[str, Any]) -> Organization:
    """By its id, or by the license's as the first version of the service has it. Raises Refusal."""
    license_id = wished.get("license_id")
    if license_id is not None and "organization_id" not in wished:
        for each in world.organizations.values():
            if license_id in (each.license_id, str(each.license_id)):
                return each
        raise Refusal("invalid_request", "license_id is unknown")
    organization = world.organizations.get(require(wished, "organization_id"))
    if organization is None:
        raise Refusal("invalid_request", "organization_id is unknown")
    return organization


# --- grants -----------------------------------------------------------------------------------


def by_cookie(request: HttpRequest, wished: dict[str, Any], group_id: int | None) -> HttpResponse:
    organization = find_organization(world_of(request), wished)
    client = find_client(wished, [organization])
    check_redirect_uri(client, wished.get("redirect_uri") or request.headers.get("Origin"))
    if group_id is not None and group_id not in organization.groups:
        raise Refusal("invalid_request", "group_id is unknown")
    customer = known_customer(request, organization) or customers.create(organization)
    if group_id is not None:
        customer.group_id = group_id
    check_welcome(request, customer)
    issued = customer_tokens.issue(customer, client.id, lifetime(wished))
    response = JsonResponse(answer(organization, issued))
    path = request.path.rstrip("/").removesuffix("/token")
    for name, value in (("__lc_cid", customer.id), ("__lc_cst", customer.secret)):
        response.set_cookie(
            name, value, COOKIE_AGE, path=path, secure=True, httponly=True, samesite="None"
        )
    return response


def check_redirect_uri(client: Client, redirect_uri: object) -> None:
    """Raises Refusal for a page that the app is not registered with."""
    if not client.redirect_uris:
        raise unauthorized_client("redirect_uri_not_set")
    if not isinstance(redirect_uri, str):
        raise unauthorized_client("invalid_redirect_uri")
    if not redirects.is_registered(client.redirect_uris, redirect_uri):
        raise unauthorized_client("invalid_redirect_uri")


def known_customer(request: HttpRequest, organization: Organization) -> Customer | None:
    """Both cookies together are the identity. Anything less makes a new customer."""
    customer = organization.customers.get(request.COOKIES.get("__lc_cid", ""))
    if customer and customer.secret == request.COOKIES.get("__lc_cst"):
        return customer
    return None


def by_agent_token(request: HttpRequest, wished: dict[str, Any], _: int | None) -> HttpResponse:
    organization = speaking_for_customers(request)
    client = find_client(wished, [organization])
    entity_id = wished.get("entity_id")
    if entity_id is None:
        customer = customers.create(organization)
    elif isinstance(entity_id, str) and entity_id in organization.customers:
        customer = organization.customers[entity_id]
    else:
        raise Refusal("resource_not_found", "entity_id is unknown")
    check_welcome(request, customer)
    issued = customer_tokens.issue(customer, client.id, lifetime(wished))
    return JsonResponse(answer(organization, issued))


def by_code(request: HttpRequest, wished: dict[str, Any], _: int | None) -> HttpResponse:
    organizations = world_of(request).organizations.values()
    client = find_client(wished, organizations)
    code_value = require(wished, "code")
    for organization in organizations:
        code = organization.transfer_codes.get(code_value)
        if code is not None:
            break
    else:
        raise Refusal("invalid_grant", "The code is unknown or was used")
    if code.expires_at <= organization.clock.time() or code.client_id != client.id:
        raise Refusal("invalid_grant", "The code has expired or is of another client")
    if not customer_tokens.proves(code, str(wished.get("code_verifier", ""))):
        raise Refusal("invalid_grant", "The code_verifier is wrong")
    del organization.transfer_codes[code_value]
    customer = organization.customers[code.customer_id]
    check_welcome(request, customer)
    return JsonResponse(answer(organization, customer_tokens.issue(customer, client.id)))


def check_welcome(request: HttpRequest, customer: Customer) -> None:
    try:
        bans.check(customer, request.META.get("REMOTE_ADDR", ""))
    except LiveChatError as error:
        raise Refusal("access_denied", "The customer is banned", kind="identity") from error


def lifetime(wished: dict[str, Any]) -> float | None:
    seconds = wished.get("expires_in")
    if seconds is None:
        return None
    try:
        return max(1.0, float(seconds))
    except (TypeError, ValueError, OverflowError) as error:
        raise Refusal("invalid_request", "expires_in is not a number") from error


def answer(organization: Organization, issued: CustomerToken) -> dict[str, Any]:
    return {
        "access_token": issued.value,
        "client_id": issued.client_id,
        "entity_id": issued.customer_id,
        "expires_in": max(0, round(issued.expires_at - organization.clock.time())),
        "token_type": "Bearer",
        "organization_id": organization.id,
    }


# --- who presents a token ---------------------------------------------------------------------


def bearer(request: HttpRequest) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and value:
        return value
    raise Refusal("invalid_grant", "A bearer token is require")


def agent_of(request: HttpRequest) -> Agent:
    value = bearer(request)
    for organization in world_of(request).organizations.values():
        if value in organization.agent_tokens:
            return organization.agents[organization.agent_tokens[value]]
    raise Refusal("invalid_grant", "The agent token is unknown")


def speaking_for_customers(request: HttpRequest) -> Organization:
    """Whose agent's token this is, if it may make customers' tokens."""
    organization = agent_of(request).organization
    if "customers:own" not in organization.scopes_of(bearer(request)):
        raise Refusal("access_denied", "The token does not have the scope customers:own")
    return organization


def customer_of(world: World, value: str) -> tuple[Organization, CustomerToken]:
    for organization in world.organizations.values():
        if value in organization.customer_tokens:
            return organization, organization.customer_tokens[value]
    raise Refusal("invalid_grant", "The token is unknown, expired or revoked")


# --- the other calls --------------------------------------------------------------------------


def revoke(request: HttpRequest) -> HttpResponse:
    organization, presented = customer_of(world_of(request), bearer(request))
    customer_tokens.end(organization, presented, "access_token_revoked")
    return JsonResponse({})


async def info(request: HttpRequest) -> HttpResponseBase:
    """`GET /info` describes a token; `expires_in` is what is left of it."""
    return await answering.answer(request, "customer", "info", customer_info)


def customer_info(request: HttpRequest) -> HttpResponse:
    organization, presented = customer_of(
        world_of(request), request.GET.get("code") or bearer(request)
    )
    return JsonResponse(answer(organization, presented))


async def identity_transfer(request: HttpRequest) -> HttpResponseBase:
    """`POST /identity_transfer` makes a code that moves an identity elsewhere."""
    return await answering.answer(request, "customer", "identity_transfer", transfer)


async def agent_info(request: HttpRequest) -> HttpResponseBase:
    """`GET /v2/info` describes an agent's token."""
    return await answering.answer(request, "agent", "info", describe_agent)


def transfer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise Refusal("invalid_request", "Use POST")
    wished = read_body(request)
    if wished.get("bearer_type") == "agent":
        organization = speaking_for_customers(request)
        customer_id = require(wished, "customer_id")
    elif wished.get("bearer_type") == "customer":
        organization, presented = customer_of(world_of(request), bearer(request))
        customer_id = presented.customer_id
    else:
        raise Refusal("invalid_request", "bearer_type is agent or customer")
    client = find_client(wished, [organization])
    customer = organization.customers.get(customer_id)
    if customer is None:
        raise Refusal("identity_lost", "The customer is unknown", kind="identity")
    code = customer_tokens.issue_transfer_code(
        customer, client.id, str(wished.get("code_challenge", ""))
    )
    lasts = round(code.expires_at - organization.clock.time())
    return JsonResponse({"identity_transfer_token": code.value, "expires_in": lasts})


def describe_agent(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    value, organization = bearer(request), agent.organization
    issued = organization.oauth_tokens.get(value) or AgentToken(
        value, agent.id, next(iter(organization.clients)), organization.clock.time() + COOKIE_AGE
    )
    return JsonResponse(oauth.describe(agent, issued))
