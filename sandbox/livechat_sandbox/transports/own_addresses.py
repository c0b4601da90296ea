"""Keeps the sandbox's own addresses to whoever sits at this machine.

A page of the world wide web can make a visitor's browser ask `localhost`, and with a name that
it lets lead here (DNS rebinding) even read the answer. So the name asked for and the page that
asks have to be of this machine, or named at the start. LiveChat's addresses stay open to all.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware

from livechat_sandbox.platform.addresses import host_of
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.world.world import World

Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
PLACES = ("/sandbox/", "/static/")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@async_only_middleware
def refuse_strangers(get_response: Answer) -> Answer:
    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if is_own(request.path):
            why = complaint(
                world_of(request),
                request.headers.get("Host", ""),
                request.headers.get("Origin"),
            )
            if why:
                return HttpResponse(why, status=403, content_type="text/plain")
        return await get_response(request)

    return middleware


def is_own(path: str) -> bool:
    return path == "/" or path.startswith(PLACES)


def complaint(world: World, host: str, origin: str | None) -> str:
    """What is foreign about a request; empty if nothing is."""
    if not is_known(world, f"//{host}"):
        return f"The sandbox is not called {host!r}. Start it with --allow-host to change that."
    if origin is not None and not is_known(world, origin):
        return f"Pages of {origin!r} may not ask the sandbox for anything."
    return ""


def is_known(world: World, url: str) -> bool:
    name = host_of(url)
    return name in (*LOOPBACK, *world.hosts) or name.endswith(".localhost")


def is_foreign_socket(world: World, headers: dict[bytes, bytes]) -> bool:
    """Of a websocket's handshake."""
    host = headers.get(b"host", b"").decode("latin1")
    origin: Any = headers.get(b"origin")
    return bool(complaint(world, host, origin and origin.decode("latin1")))
