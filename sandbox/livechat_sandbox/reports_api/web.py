"""The Reports API's door: a resource and a report, asked for with POST."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from livechat_sandbox.agent_api.web import authenticate
from livechat_sandbox.platform import customer_versions as versions
from livechat_sandbox.platform.structures import Payload
from livechat_sandbox.reports_api import chats, others
from livechat_sandbox.transports.methods import methods_in
from livechat_sandbox.transports.web import Side, answer


def same_in_every_version(payload: Payload, _: str) -> Payload:
    return payload


REPORTS = Side(
    name="reports",
    methods={f"chats/{name}": each for name, each in methods_in(chats).items()}
    | {
        "tags/chat_usage": others.chat_usage,
        "customers/unique_visitors": others.unique_visitors,
    },
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=same_in_every_version,
)


async def report(
    request: HttpRequest, resource: str, action: str, version: str | None = None
) -> HttpResponseBase:
    return await answer(request, REPORTS, version, f"{resource}/{action}")
