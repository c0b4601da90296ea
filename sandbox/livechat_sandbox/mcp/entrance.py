"""Where MCP clients come in: who bears no token is told where to get one.

The SDK is an extra of the distribution, and takes longer to import than the sandbox to start, so
the door behind this entrance is opened when somebody first knocks with a token.
"""

import asyncio
import json
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from livechat_sandbox.agent_api.web import find_agent
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.world.world import World

PATHS = ("/mcp", "/mcp/")
DOOR = "livechat_sandbox.mcp.door"
NO_SDK = "The MCP server is an extra: pip install 'livechat-sandbox[mcp]'"


async def enter(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application."""
    headers = {name.decode().lower(): text.decode("latin1") for name, text in scope["headers"]}
    world: World = scope["world"]
    if world.faults.is_down("agent", "mcp", "mcp"):
        down = LiveChatError("service_unavailable")
        await answer(send, down.status, down.body(), {})
        return
    try:
        find_agent(world, headers.get("authorization", ""))
    except LiveChatError as error:
        challenge = f'Bearer resource_metadata="{metadata_url(headers)}"'
        refused = {"WWW-Authenticate": challenge} if error.type == "authentication" else {}
        await answer(send, error.status, error.body(), refused)
        return
    if find_spec("mcp") is None:
        await answer(send, 501, {"error": {"type": "not_allowed", "message": NO_SDK}}, {})
        return
    door = await asyncio.to_thread(import_module, DOOR)
    await door.serve(scope, receive, send)


def metadata_url(headers: dict[str, str]) -> str:
    """Under the name the client called, for it compares."""
    return f"http://{headers.get('host', 'localhost')}/.well-known/oauth-protected-resource/mcp"


async def answer(send: Any, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
    said = {"Content-Type": "application/json"} | headers
    encoded = [(name.lower().encode(), text.encode()) for name, text in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
