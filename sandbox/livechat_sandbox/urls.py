"""Where everything is: LiveChat's own paths, and the sandbox's below `/sandbox/`."""

from django.contrib.staticfiles.views import serve as serve_static
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, re_path, register_converter
from django.views.decorators.http import require_POST

from livechat_sandbox.accounts import discovery, oauth
from livechat_sandbox.accounts import views as accounts
from livechat_sandbox.agent_api import web as agent_api
from livechat_sandbox.configuration_api import web as configuration_api
from livechat_sandbox.console import pages as console
from livechat_sandbox.control import changes
from livechat_sandbox.control import views as control
from livechat_sandbox.customer_api import web as customer_api
from livechat_sandbox.reports_api import web as reports_api
from livechat_sandbox.transports import files


class Version:
    """`3.6` of `/v3.6/`."""

    regex = r"\d+\.\d+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Version, "version")


async def front_page(request: HttpRequest) -> HttpResponseBase:
    """The agents' desk; with a `response_type`, LiveChat's page that asks for consent."""
    if "response_type" in request.GET and request.method == "GET":
        return await oauth.consent(request)
    desk: HttpResponse = await console.desk(request)
    return desk


urlpatterns = [
    path("", front_page),
    path("sandbox/consent", require_POST(oauth.consent)),
    path("sandbox/console", console.beside),
    path("sandbox/console/<str:agent_id>/<slug:action>", console.act),
    path("sandbox/console/<str:agent_id>/chats/<str:chat_id>/<slug:action>", console.act_in_chat),
    path("healthz", control.healthz),
    path("sandbox/config", control.config),
    path("sandbox/reset", control.reset),
    path("sandbox/clock", control.clock),
    path("sandbox/faults", control.faults),
    path("sandbox/bot", control.switch_bot),
    path("sandbox/multicast", control.multicast),
    path("sandbox/settings", control.settings),
    path("sandbox/deletions", changes.delete_threads),
    path("sandbox/carts", changes.carts),
    path("sandbox/requests", control.requests),
    path("sandbox/state", control.state),
    path("sandbox/tokens", control.tokens),
    path("sandbox/avatars/<slug:name>.svg", control.avatar),
    re_path(r"^(?:v2/)?customer/token/?$", accounts.token),
    re_path(
        r"^v2/customer/(?P<organization_id>[0-9a-fA-F-]{36})/(?P<group_id>\d+)/token/?$",
        accounts.group_token,
    ),
    re_path(r"^v2/customer/info/?$", accounts.info),
    re_path(r"^v2/customer/identity_transfer/?$", accounts.identity_transfer),
    re_path(r"^v2/token/?$", oauth.token),
    re_path(r"^v2/info/?$", accounts.agent_info),
    re_path(r"^\.well-known/oauth-protected-resource(?:/mcp)?$", discovery.protected_resource),
    path(".well-known/oauth-authorization-server", discovery.authorization_server),
    path("register", discovery.register),
    path("v<version:version>/customer/action/<str:action>", customer_api.customer_action),
    path("customer/action/<str:action>", customer_api.customer_action),
    path("v<version:version>/agent/action/<str:action>", agent_api.agent_action),
    path("agent/action/<str:action>", agent_api.agent_action),
    path(
        "v<version:version>/configuration/action/<str:action>",
        configuration_api.configuration_action,
    ),
    path("configuration/action/<str:action>", configuration_api.configuration_action),
    path("v<version:version>/reports/<slug:resource>/<slug:action>", reports_api.report),
    path("reports/<slug:resource>/<slug:action>", reports_api.report),
    path("api/file/lc/att/<int:license_id>/<str:file_id>/<str:name>", files.serve),
    re_path(r"^static/(?P<path>.*)$", serve_static, {"insecure": True}),
]
