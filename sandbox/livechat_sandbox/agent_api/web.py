"""The agents' Web door, and who may pass it: by bearer token or by personal access token.

Source: Agent Chat API v3.6, "Authentication".
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from livechat_sandbox.agent_api.methods import METHODS
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.shapes import agent_versions
from livechat_sandbox.platform.shapes import customer_versions as versions
from livechat_sandbox.platform.structures import Agent, Organization
from livechat_sandbox.transports.methods import Caller, Method
from livechat_sandbox.transports.regions import check_region, requested_region
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.transports.web import Side, answer
from livechat_sandbox.world.world import World


def find_agent(world: World, credential: str) -> Agent:
    """Whose `Bearer …` or `Basic …` this is. Raises authentication, and what bars the account."""
    scheme, _, value = credential.partition(" ")
    for organization in world.organizations.values():
        known = {"Bearer": organization.agent_tokens, "Basic": organization.access_tokens}
        agent_id = known.get(scheme, {}).get(value)
        if agent_id is not None:
            agent = organization.agents[agent_id]
            check_usable(agent)
            return agent
    raise LiveChatError("authentication")


def check_usable(agent: Agent) -> None:
    if agent.organization.expired:
        raise LiveChatError("license_expired")
    if agent.suspended:
        raise LiveChatError("requester_suspended")
    if agent.awaiting_approval:
        raise LiveChatError("requester_awaiting_approval")


def author_for(requester: Agent, author_id: str | None, version: str) -> Agent:
    """The bot a request of 3.5 names as its author, else the requester. Raises authorization.

    Since 3.6 bots have tokens, and the name of an author is not looked at.
    """
    if version != "3.5" or not author_id or author_id == requester.id:
        return requester
    author = requester.organization.agents.get(author_id)
    if author is None or not author.is_bot:
        raise LiveChatError("authorization", "Only bots can be spoken for")
    return author


def authenticate(request: HttpRequest, method: Method, version: str) -> Caller:
    world = world_of(request)
    if not method.needs_token:
        organization = next(iter(world.organizations.values()))
        return Caller(organization, version)
    credential = request.headers.get("Authorization", "")
    token = credential.partition(" ")[2]
    agent = find_agent(world, credential)
    organization = agent.organization
    headers = {name.lower(): text for name, text in request.headers.items()}
    check_region(organization, requested_region(headers, ""))
    return Caller(
        organization,
        version,
        person=author_for(agent, request.headers.get("X-Author-Id"), version),
        client_id=client_of(organization, token),
        scopes=organization.scopes_of(token),
    )


def client_of(organization: Organization, token: str = "") -> str:
    """The app that an agent's token belongs to: the organization's first, if none asked for it.

    A bot's token belongs to the app that made the bot.
    """
    if issued := organization.oauth_tokens.get(token):
        return issued.client_id
    agent = organization.agents.get(organization.agent_tokens.get(token, ""))
    owner: str | None = agent.settings.get("owner_client_id") if agent else None
    return owner or next(iter(organization.clients), "")


AGENT = Side(
    name="agent",
    methods=METHODS,
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=agent_versions.shape,
)


async def agent_action(
    request: HttpRequest, action: str, version: str | None = None
) -> HttpResponseBase:
    return await answer(request, AGENT, version, action)
