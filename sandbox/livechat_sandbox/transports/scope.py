"""What the server hands in with each request: the sandbox it is for, and the socket it came by."""

from django.http import HttpRequest

from livechat_sandbox.world.wire import Wire
from livechat_sandbox.world.world import World


def world_of(request: HttpRequest) -> World:
    world: World = request.scope["world"]  # type: ignore[attr-defined]
    return world


def wire_of(request: HttpRequest) -> Wire:
    wire: Wire = request.scope["wire"]  # type: ignore[attr-defined]
    return wire
