"""The door for tests and operators: what LiveChat itself does not have."""

from dataclasses import asdict, fields
from typing import Any, NotRequired, TypedDict

from django.http import HttpRequest, HttpResponse, JsonResponse

from livechat_sandbox.control import avatars
from livechat_sandbox.control.door import Mistake, door, read, read_object, refuse_unknown
from livechat_sandbox.control.settings import change, view
from livechat_sandbox.platform import pushes, scopes
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.transports import json_body
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world import bot, seed
from livechat_sandbox.world import state as kept
from livechat_sandbox.world.journal import Entry
from livechat_sandbox.world.world import World

MOST_SECONDS = 100 * 365 * 86_400  # that the clock may be moved on at once


async def healthz(_: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@door("GET")
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
            "client_secret": seed.CLIENT_SECRET,
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


class Reset(TypedDict, total=False):
    seed: str | int


@door("POST")
async def reset(request: HttpRequest) -> HttpResponse:
    """Start afresh. `{"seed": "x"}` makes ids and tokens repeat from run to run."""
    world, wished = world_of(request), read(request, Reset)
    world.begin(str(wished["seed"]) if "seed" in wished else None)
    return JsonResponse({"seed": world.start})


class Moved(TypedDict):
    advance: float


@door("POST")
async def clock(request: HttpRequest) -> HttpResponse:
    """`{"advance": seconds}` skips time, and everything that falls due happens."""
    world, seconds = world_of(request), read(request, Moved)["advance"]
    if not 0 <= seconds <= MOST_SECONDS - world.clock.skipped:
        raise Mistake(f"`advance` goes forward, {MOST_SECONDS} seconds in all")
    world.advance(seconds)
    return JsonResponse({"now": world.clock.now()})


@door("GET", "POST", "DELETE")
async def faults(request: HttpRequest) -> HttpResponse:
    """GET lists, POST adds to, DELETE empties what goes wrong."""
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.clear()
    if request.method == "POST":
        wished = json_body.decode(request.body)
        world.switch_on(wished if isinstance(wished, list) else [wished])
    return JsonResponse({"faults": world.faults.describe_all()})


@door("GET", "PUT")
async def state(request: HttpRequest) -> HttpResponse:
    """GET takes everything the sandbox remembers, PUT puts it back."""
    world = world_of(request)
    if request.method == "GET":
        return HttpResponse(kept.dump(world), content_type="application/json")
    try:
        kept.restore(world, request.body)
    except kept.Unreadable as error:
        raise Mistake(f"Cannot read this state: {error}") from error
    world.deliver_all()
    return JsonResponse({"seed": world.start})


@door("GET", "DELETE")
async def requests(request: HttpRequest) -> HttpResponse:
    """What clients asked for, newest last; DELETE forgets it. `?side=customer&method=ping`."""
    journal = world_of(request).journal
    if request.method == "DELETE":
        journal.clear()
    wanted = {name: str(value) for name, value in request.GET.items()}
    refuse_unknown("filters", wanted, [each.name for each in fields(Entry)])
    return JsonResponse([asdict(entry) for entry in journal.entries(wanted)], safe=False)


class OfOrganization(TypedDict, total=False):
    """Of the first one, unless it says so."""

    organization_id: str


class Switched(OfOrganization):
    on: bool


@door("POST")
async def switch_bot(request: HttpRequest) -> HttpResponse:
    """`{"on": true}` lets the bot agent answer customers, `{"on": false}` sends it away."""
    wished = read(request, Switched)
    organization = find_organization(world_of(request), wished)
    if seed.BOT_ID not in organization.agents:
        raise Mistake("The organization has no bot of the sandbox's")
    if wished["on"]:
        bot.switch_on(organization)
    else:
        bot.switch_off(organization)
    world_of(request).deliver(organization)
    return JsonResponse({"on": wished["on"]})


class Limited(OfOrganization, total=False):
    """Whoever gets either wrong is told what there is."""

    agent: object
    scopes: object


@door("POST")
async def tokens(request: HttpRequest) -> HttpResponse:
    """`{"agent": email, "scopes": ["chats--access:ro"]}` makes a bearer token that may do less."""
    wished = read(request, Limited)
    organization = find_organization(world_of(request), wished)
    token = token_with(organization, wished.get("agent"), wished.get("scopes"))
    return JsonResponse({"token": token, "scopes": sorted(organization.scopes_of(token))})


def token_with(organization: Organization, agent_id: object, wished: object) -> str:
    """Raises Mistake."""
    if not isinstance(agent_id, str) or agent_id not in organization.agents:
        raise Mistake(f"`agent` is one of: {', '.join(organization.agents)}")
    if not isinstance(wished, list) or not scopes.ALL.issuperset(map(str, wished)):
        raise Mistake(f"`scopes` is a list of: {', '.join(sorted(scopes.ALL))}")
    token = organization.ids.token(organization.region)
    organization.agent_tokens[token] = agent_id
    organization.token_scopes[token] = scopes.expand(wished)
    return token


@door("GET", "POST")
async def settings(request: HttpRequest) -> HttpResponse:
    """Change rules and switches of an organization; the answer is what they are now."""
    world = world_of(request)
    wished = read_object(request) if request.method == "POST" else {}
    organization = find_organization(world, wished)
    if wished:
        change(world, organization, wished)
        world.apply_rules(organization)
    return JsonResponse(view(organization))


def find_organization(world: World, wished: dict[str, Any]) -> Organization:
    """Whom a wish is about; the first organization unless it says so. Raises Mistake."""
    organization_id = str(wished.pop("organization_id", seed.ORGANIZATION_ID))
    refuse_unknown("organization_id", [organization_id], world.organizations)
    return world.organizations[organization_id]


class Multicast(OfOrganization):
    content: NotRequired[Any]
    type: NotRequired[str]
    customers: NotRequired[list[str]]


@door("POST")
async def multicast(request: HttpRequest) -> HttpResponse:
    """`{"content": ..., "type": "x", "customers": [ids]}` tells everybody, or these customers."""
    wished = read(request, Multicast)
    organization = find_organization(world_of(request), wished)
    told: dict[str, Any] = {key: wished[key] for key in ("content", "type") if key in wished}
    chosen = wished.get("customers", list(organization.customers))
    for customer in organization.customers.values():
        if customer.id in chosen:
            pushes.to_customer(customer, "incoming_multicast", told)
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
