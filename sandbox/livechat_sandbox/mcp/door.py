"""MCP over streamable HTTP: the official SDK's server, one for each request, for one agent.

Nothing is kept between requests, so a restart, a reset and a second process disturb no client.
"""

import json
from typing import Any

import msgspec
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    TextContent,
    Tool,
    ToolAnnotations,
)

from livechat_sandbox import __version__
from livechat_sandbox.agent_api.web import client_of, find_agent
from livechat_sandbox.mcp import tools
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.shapes.customer_versions import DEFAULT_VERSION
from livechat_sandbox.transports.methods import Caller, Method, call, methods_in, refusal_of
from livechat_sandbox.world.world import World


def tool(method: Method) -> Tool:
    """A method as assistants are told of it."""
    schema = msgspec.json.schema(method.parameters)
    reference = schema.pop("$ref").rpartition("/")[2]
    return Tool(
        name=method.name.replace("_", "-"),
        description=method.run.__doc__,
        input_schema=schema["$defs"].pop(reference) | schema,
        annotations=ToolAnnotations(read_only_hint=True),
    )


METHODS = {name.replace("_", "-"): each for name, each in methods_in(tools).items()}
TOOLS = [tool(each) for each in METHODS.values()]


async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request as the agent whose token it bears. Raises LiveChatError without one."""
    world: World = scope["world"]
    sessions = StreamableHTTPSessionManager(
        server_for(world, caller_of(world, scope)), stateless=True
    )
    async with sessions.run():
        await sessions.handle_request(scope, receive, send)


def caller_of(world: World, scope: dict[str, Any]) -> Caller:
    credential = dict(scope["headers"]).get(b"authorization", b"").decode("latin1")
    agent = find_agent(world, credential)
    organization, token = agent.organization, credential.partition(" ")[2]
    return Caller(
        organization,
        DEFAULT_VERSION,
        agent,
        client_id=client_of(organization, token),
        scopes=organization.scopes_of(token),
    )


def server_for(world: World, caller: Caller) -> Server[Any]:
    async def list_tools(_: Any, __: Any) -> ListToolsResult:
        return ListToolsResult(tools=TOOLS)

    async def call_tool(_: Any, asked: CallToolRequestParams) -> CallToolResult:
        status, answer = run(caller, asked.name, asked.arguments or {})
        text = json.dumps(answer)
        world.journal.note("agent", "mcp", asked.name, status, len(text))
        return CallToolResult(
            content=[TextContent(type="text", text=text)],
            structured_content=answer,
            is_error=status != 200,
        )

    return Server(
        "LiveChat sandbox", version=__version__, on_list_tools=list_tools, on_call_tool=call_tool
    )


def run(caller: Caller, name: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The HTTP status that the answer would have, and the answer."""
    try:
        if name not in METHODS:
            raise LiveChatError("validation", f"Unknown tool {name}")
        answer: Any = call(METHODS[name], caller, arguments)
    except Exception as error:
        refused = refusal_of(error)
        return refused.status, refused.body()
    return 200, answer
