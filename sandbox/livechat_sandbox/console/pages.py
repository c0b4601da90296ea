"""The agents' web console: pages and the forms on them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from livechat_sandbox.agent_api.access import may_access
from livechat_sandbox.agent_api.web import client_of
from livechat_sandbox.console import view as console_view
from livechat_sandbox.console.actions import IN_CHAT, OF_AGENT, SEND, send
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.shapes.customer_versions import DEFAULT_VERSION
from livechat_sandbox.platform.structures import Agent, Chat
from livechat_sandbox.transports.methods import Caller
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: http: https:; frame-src 'self'; frame-ancestors 'self'; "
    "form-action 'self'; base-uri 'none'"
)
View = Callable[..., Any]


def strict(view: View) -> View:
    """Nothing inline, nothing from elsewhere, no other site's forms and frames."""

    @wraps(view)
    async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        site = request.headers.get("Sec-Fetch-Site", "none")
        if request.method == "POST" and site not in ("same-origin", "none"):
            return HttpResponse("Not from another site", status=403)
        response = cast(HttpResponse, await view(request, *args, **kwargs))
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return answer


def find_agent(world: World, agent_id: str) -> Agent | None:
    for organization in world.organizations.values():
        if agent_id in organization.agents:
            return organization.agents[agent_id]
    return None


def first_agent(world: World) -> Agent:
    organization = next(iter(world.organizations.values()))
    return next(iter(organization.agents.values()))


def find_chat(agent: Agent, chat_id: str) -> Chat | None:
    chat = agent.organization.chats.get(chat_id)
    return chat if chat and chat.threads and may_access(agent, chat) else None


@require_safe
@strict
async def desk(request: HttpRequest) -> HttpResponse:
    """One agent's desk: the list of chats, and the conversation they opened."""
    world = world_of(request)
    agent = find_agent(world, request.GET.get("agent", "")) or first_agent(world)
    chat = find_chat(agent, request.GET.get("chat", ""))
    context = console_view.desk(agent, chat, {})
    return render(request, "sandbox/desk.html", context | {"origin": world.base_url})


@require_safe
@strict
async def beside(request: HttpRequest) -> HttpResponse:
    """Several agents' desks side by side, each in a frame of its own."""
    world = world_of(request)
    found = [find_agent(world, agent_id) for agent_id in request.GET.getlist("agent")]
    desks = [{"name": agent.name, "url": console_view.desk_url(agent)} for agent in found if agent]
    return render(request, "sandbox/beside.html", {"desks": desks})


def caller_of(agent: Agent) -> Caller:
    return Caller(
        agent.organization,
        DEFAULT_VERSION,
        agent,
        client_id=client_of(agent.organization),
    )


@require_POST
@strict
async def act(request: HttpRequest, agent_id: str, action: str) -> HttpResponse:
    """Do something that concerns the agent; answer with a notice if it was refused."""
    world = world_of(request)
    agent = find_agent(world, agent_id)
    if agent is None or action not in OF_AGENT:
        return notice(request, "This agent is gone. Load the page again.")
    caller = caller_of(agent)
    return attempt(request, caller, lambda: OF_AGENT[action](caller, request.POST))


@require_POST
@strict
async def act_in_chat(
    request: HttpRequest, agent_id: str, chat_id: str, action: str
) -> HttpResponse:
    """Do something in a chat; answer with a notice if it was refused."""
    world = world_of(request)
    agent = find_agent(world, agent_id)
    chat = agent and find_chat(agent, chat_id)
    if agent is None or not chat or action not in (SEND, *IN_CHAT):
        return notice(request, "This chat is gone. Load the page again.")
    caller = caller_of(agent)

    def run() -> None:
        if action == SEND:
            send(world, caller, chat, request.POST, request.FILES.getlist("files"))
        else:
            IN_CHAT[action](caller, chat, request.POST)

    return attempt(request, caller, run)


def attempt(request: HttpRequest, caller: Caller, run: Callable[[], None]) -> HttpResponse:
    try:
        run()
    except LiveChatError as error:
        return notice(request, error.message)
    finally:
        world_of(request).deliver(caller.organization)
    return HttpResponse()


def notice(request: HttpRequest, why: str) -> HttpResponse:
    """A normal answer, so that the page shows it, marked so that what was typed stays."""
    response = render(request, "sandbox/notice.html", {"why": why})
    response.headers["X-Refused"] = "1"
    return response
