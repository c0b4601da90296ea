"""The door for tests and operators: what LiveChat itself does not have."""

import json
from dataclasses import fields
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from livechat_sandbox.control import avatars
from livechat_sandbox.platform import pushes, routing, scopes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Organization, Rules
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world import bot, seed
from livechat_sandbox.world.world import World

SWITCHES = ("region", "expired", "agents", "forms", "greetings", "welcome_message", "max_chats")


async def healthz(_: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


async def config(request: HttpRequest) -> HttpResponse:
    """All a client needs to know to point itself here."""
    world = world_of(request)
    shop = world.organizations[seed.ORGANIZATION_ID]
    other = world.organizations[seed.OTHER_ORGANIZATION_ID]
    return JsonResponse(
        {
            "organization_id": shop.id,
            "license_id": shop.license_id,
            "client_id": seed.CLIENT_ID,
            "redirect_uri": seed.REDIRECT_URI,
            "region": shop.region,
            "accounts_url": world.base_url,
            "api_url": world.base_url,
            "rtm_url": world.base_url.replace("http", "ws", 1),
            "agents": agents_of(shop),
            "groups": [{"id": each.id, "name": each.name} for each in shop.groups.values()],
            "strict_client": {
                "client_id": seed.STRICT_CLIENT_ID,
                "redirect_uri": seed.STRICT_REDIRECT_URI,
            },
            "other_organization": {
                "organization_id": other.id,
                "license_id": other.license_id,
                "client_id": seed.OTHER_CLIENT_ID,
                "region": other.region,
                "agents": agents_of(other),
            },
            "bot_id": seed.BOT_ID,
        }
    )


def agents_of(organization: Organization) -> list[dict[str, str]]:
    bearers = {
        email: value
        for value, email in organization.agent_tokens.items()
        if value not in organization.token_scopes
    }
    basics = {email: value for value, email in organization.access_tokens.items()}
    return [
        {
            "id": agent.id,
            "email": agent.id,
            "name": agent.name,
            "token": bearers[agent.id],
            "basic": basics[agent.id],
            "opaque_id": agent.opaque_id,
        }
        for agent in organization.agents.values()
        if agent.id in basics
    ]


class Mistake(Exception):
    """The control request makes no sense."""


def read(request: HttpRequest) -> dict[str, Any]:
    try:
        wished = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Mistake("The body is not JSON") from error
    if not isinstance(wished, dict):
        raise Mistake("The body is not a JSON object")
    return wished


async def reset(request: HttpRequest) -> HttpResponse:
    """Start afresh. `{"seed": "x"}` makes ids and tokens repeat from run to run."""
    world = world_of(request)
    try:
        wished = read(request)
    except Mistake as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    world.begin(str(wished["seed"]) if "seed" in wished else None)
    return JsonResponse({"seed": world.start})


async def clock(request: HttpRequest) -> HttpResponse:
    """`{"advance": seconds}` skips time, and everything that falls due happens."""
    world = world_of(request)
    try:
        wished = read(request)
        world.advance(float(wished.get("advance", 0)))
    except (Mistake, TypeError, ValueError) as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    return JsonResponse({"now": world.clock.now()})


async def faults(request: HttpRequest) -> HttpResponse:
    """GET lists, POST adds to, DELETE empties what goes wrong."""
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.clear()
    if request.method == "POST":
        try:
            wished = json.loads(request.body)
            world.switch_on(wished if isinstance(wished, list) else [wished])
        except ValueError:
            return JsonResponse({"error": "The body is not JSON"}, status=400)
        except LiveChatError as error:
            return JsonResponse({"error": error.message}, status=400)
    return JsonResponse({"faults": world.faults.shown()})


async def switch_bot(request: HttpRequest) -> HttpResponse:
    """`{"on": true}` lets the bot agent answer customers, `{"on": false}` sends it away."""
    try:
        wished = read(request)
        organization = organization_named(world_of(request), wished)
    except Mistake as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    if wished.get("on"):
        bot.switch_on(organization)
    else:
        bot.switch_off(organization)
    world_of(request).deliver(organization)
    return JsonResponse({"on": bool(wished.get("on"))})


async def tokens(request: HttpRequest) -> HttpResponse:
    """`{"agent": email, "scopes": ["chats--access:ro"]}` makes a bearer token that may do less."""
    try:
        wished = read(request)
        organization = organization_named(world_of(request), wished)
        token = token_with(organization, wished.get("agent"), wished.get("scopes"))
    except Mistake as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    return JsonResponse({"token": token, "scopes": sorted(organization.scopes_of(token))})


def token_with(organization: Organization, agent_id: object, wished: object) -> str:
    """Raises Mistake."""
    if not isinstance(agent_id, str) or agent_id not in organization.agents:
        raise Mistake(f"`agent` is one of: {', '.join(organization.agents)}")
    if not isinstance(wished, list) or not scopes.ALL.issuperset(map(str, wished)):
        raise Mistake(f"`scopes` is a list of: {', '.join(sorted(scopes.ALL))}")
    token = organization.ids.token(organization.region)
    organization.agent_tokens[token] = agent_id
    organization.token_scopes[token] = scopes.taking_in(wished)
    return token


async def settings(request: HttpRequest) -> HttpResponse:
    """Change rules and switches of an organization; the answer is what they are now."""
    try:
        wished = read(request) if request.method == "POST" else {}
        organization = organization_named(world_of(request), wished)
        change(world_of(request), organization, wished)
    except Mistake as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    world_of(request).rules_changed(organization)
    return JsonResponse(shown(organization))


def organization_named(world: World, wished: dict[str, Any]) -> Organization:
    organization = world.organizations.get(wished.pop("organization_id", seed.ORGANIZATION_ID))
    if organization is None:
        raise Mistake("Unknown organization_id")
    return organization


def shown(organization: Organization) -> dict[str, Any]:
    return vars(organization.rules) | {
        "region": organization.region,
        "expired": organization.expired,
        "agents": {agent.id: agent.status for agent in organization.agents.values()},
        "forms": {kind: form.enabled for kind, form in organization.forms.items()},
        "greetings": {str(each.id): each.enabled for each in organization.greetings.values()},
        "welcome_message": organization.welcome_message,
        "max_chats": {agent.id: agent.max_chats for agent in organization.agents.values()},
    }


def change(world: World, organization: Organization, wished: dict[str, Any]) -> None:
    """All or nothing: an unknown name changes nothing. Raises Mistake."""
    rules = {each.name for each in fields(Rules)}
    unknown = wished.keys() - rules - set(SWITCHES)
    if unknown:
        raise Mistake(f"Unknown settings: {', '.join(sorted(unknown))}")
    for name in ("agents", "max_chats"):
        if wished.get(name, {}).keys() - organization.agents.keys():
            raise Mistake(f"Unknown agents in `{name}`")
    for name in rules & wished.keys():
        setattr(organization.rules, name, wished[name])
    if "region" in wished:
        organization.region = wished["region"]
        send_away(world, organization, "misdirected_connection", {"region": organization.region})
    if "expired" in wished:
        organization.expired = wished["expired"]
        if organization.expired:
            send_away(world, organization, "license_expired")
    if "welcome_message" in wished:
        organization.welcome_message = wished["welcome_message"]
    for kind, enabled in wished.get("forms", {}).items():
        organization.forms[kind].enabled = enabled
    for greeting_id, enabled in wished.get("greetings", {}).items():
        organization.greetings[int(greeting_id)].enabled = enabled
    for agent_id, most in wished.get("max_chats", {}).items():
        organization.agents[agent_id].max_chats = most
    for agent_id, status in wished.get("agents", {}).items():
        routing.set_status(organization, organization.agents[agent_id], status)


def send_away(
    world: World, organization: Organization, reason: str, data: dict[str, str] | None = None
) -> None:
    for user_id in [*organization.customers, *organization.agents]:
        if world.connections.of(user_id):
            pushes.evict(organization, user_id, reason, data=data)


async def multicast(request: HttpRequest) -> HttpResponse:
    """`{"content": ..., "type": "x", "customers": [ids]}` tells everybody, or these customers."""
    try:
        wished = read(request)
        organization = organization_named(world_of(request), wished)
    except Mistake as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    told: dict[str, Any] = {key: wished[key] for key in ("content", "type") if key in wished}
    for customer in organization.customers.values():
        if customer.id in wished.get("customers", [customer.id]):
            pushes.to_customer(organization, customer, "incoming_multicast", told)
    world_of(request).deliver(organization)
    return JsonResponse({})


async def avatar(_: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(
        avatars.picture(name),
        content_type="image/svg+xml",
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": "public, max-age=86400",
        },
    )
