"""HTTP to Django, websockets to the RTM doors."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

django_application = get_asgi_application()

from sandbox.agent_rtm import AgentRtm  # noqa: E402 - Django has to be set up first
from sandbox.console_socket import ConsoleSocket  # noqa: E402
from sandbox.customer_rtm import CustomerRtm  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": URLRouter(
            [
                re_path(r"^v(?P<version>\d+\.\d+)/customer/rtm/ws/?$", CustomerRtm.as_asgi()),
                re_path(r"^customer/rtm/ws/?$", CustomerRtm.as_asgi()),
                re_path(r"^v(?P<version>\d+\.\d+)/agent/rtm/ws/?$", AgentRtm.as_asgi()),
                re_path(r"^agent/rtm/ws/?$", AgentRtm.as_asgi()),
                re_path(r"^sandbox/console/ws$", ConsoleSocket.as_asgi()),
            ]
        ),
    }
)
