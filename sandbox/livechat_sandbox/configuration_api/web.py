"""The Configuration API's door: the agents' authorization, methods of its own."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from livechat_sandbox.agent_api.web import authenticate
from livechat_sandbox.configuration_api import (
    agents,
    bots,
    customers,
    groups,
    properties,
    tags,
    webhooks,
)
from livechat_sandbox.platform import customer_versions as versions
from livechat_sandbox.platform.structures import Payload
from livechat_sandbox.transports.methods import methods_in
from livechat_sandbox.transports.web import Side, answer


def same_in_every_version(payload: Payload, _: str) -> Payload:
    return payload


CONFIGURATION = Side(
    name="configuration",
    methods=methods_in(agents, bots, groups, tags, properties, webhooks, customers),
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=same_in_every_version,
)


async def configuration_action(
    request: HttpRequest, action: str, version: str | None = None
) -> HttpResponseBase:
    return await answer(request, CONFIGURATION, version, action)
