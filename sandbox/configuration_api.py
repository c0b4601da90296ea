"""The Configuration API's door: the agents' authorization, methods of its own."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sandbox import (
    configuration_agents,
    configuration_customers,
    configuration_groups,
    configuration_properties,
    configuration_webhooks,
)
from sandbox.agent_api import authenticate
from sandbox.platform import versions
from sandbox.platform.structures import Payload
from sandbox.web import Side, answer


def same_in_every_version(payload: Payload, _: str) -> Payload:
    return payload


CONFIGURATION = Side(
    name="configuration",
    methods=(
        configuration_agents.METHODS
        | configuration_groups.METHODS
        | configuration_properties.METHODS
        | configuration_webhooks.METHODS
        | configuration_customers.METHODS
    ),
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=same_in_every_version,
    legacy=versions.LEGACY,
)


async def configuration_action(
    request: HttpRequest, action: str, version: str | None = None
) -> HttpResponseBase:
    return await answer(request, CONFIGURATION, version, action)
