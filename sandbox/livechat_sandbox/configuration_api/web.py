"""The Configuration API's door: the agents' authorization, methods of its own."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from livechat_sandbox.agent_api.web import authenticate
from livechat_sandbox.configuration_api import (
    agents,
    auto_access,
    batches,
    bot_templates,
    bots,
    canned_responses,
    customers,
    greetings,
    groups,
    product,
    properties,
    tags,
    webhooks,
)
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import customer_versions as versions
from livechat_sandbox.transports.methods import methods_in
from livechat_sandbox.transports.web import Side, answer


def same_in_every_version(payload: Payload, _: str) -> Payload:
    return payload


ROOMS = (
    *(agents, auto_access, bots, bot_templates, canned_responses, customers, greetings, groups),
    *(product, properties, tags, webhooks),
)
CONFIGURATION = Side(
    name="configuration",
    methods=methods_in(*ROOMS) | batches.METHODS,
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=same_in_every_version,
)


async def configuration_action(
    request: HttpRequest, action: str, version: str | None = None
) -> HttpResponseBase:
    return await answer(request, CONFIGURATION, version, action)
