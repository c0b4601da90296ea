"""HTTP to Django, MCP to its entrance, websockets to the RTM doors."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django import db
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished, request_started
from django.urls import re_path

from livechat_sandbox.agent_api.rtm import AgentRtm
from livechat_sandbox.console.socket import ConsoleSocket
from livechat_sandbox.customer_api.rtm import CustomerRtm
from livechat_sandbox.mcp import entrance

SETTINGS = "livechat_sandbox.settings"


def application() -> Any:
    """Set Django up and return what answers; which sandbox is meant, each scope says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    # There is no database, and looking after one would cost each request a change of threads.
    request_started.disconnect(db.reset_queries)
    for signal in (request_started, request_finished):
        signal.disconnect(db.close_old_connections)
    return ProtocolTypeRouter({"http": pages(), "websocket": sockets()})


def pages() -> Any:
    """Django's answers, but for MCP's one address, whose SDK speaks ASGI itself."""
    django = get_asgi_application()

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        application = entrance.enter if scope["path"] in entrance.PATHS else django
        await application(scope, receive, send)

    return answer


def sockets() -> URLRouter:
    return URLRouter(
        [
            re_path(r"^v(?P<version>\d+\.\d+)/customer/rtm/ws/?$", CustomerRtm.as_asgi()),
            re_path(r"^customer/rtm/ws/?$", CustomerRtm.as_asgi()),
            re_path(r"^v(?P<version>\d+\.\d+)/agent/rtm/ws/?$", AgentRtm.as_asgi()),
            re_path(r"^agent/rtm/ws/?$", AgentRtm.as_asgi()),
            re_path(r"^sandbox/console/ws$", ConsoleSocket.as_asgi()),
        ]
    )
