"""Configuration API: one method many times in one request.

Source: Configuration API v3.6, "Batch requests".
"""

from dataclasses import replace
from typing import Any, TypedDict

from livechat_sandbox.configuration_api import agents, bots, product
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports.methods import Caller, Method, call

SINGLE = (
    *(agents.create_agent, agents.update_agent, agents.delete_agent, agents.suspend_agent),
    *(agents.unsuspend_agent, agents.approve_agent),
    *(bots.create_bot, bots.update_bot, bots.delete_bot, product.update_translations),
)


class Batch(TypedDict):
    requests: list[Payload]


def batch_of(single: Method) -> Method:
    """`batch_create_agents` of `create_agent`: errors stand in the place of their answers."""

    def run(caller: Caller, payload: Batch) -> Payload:
        return {"responses": [attempt(single, caller, each) for each in payload["requests"]]}

    name = f"batch_{single.name.removesuffix('s')}s"
    return replace(single, name=name, run=run, parameters=Batch)


def attempt(single: Method, caller: Caller, request: Payload) -> Any:
    try:
        return call(single, caller, request)
    except LiveChatError as error:
        return error.body()


METHODS = {batch.name: batch for batch in map(batch_of, SINGLE)}
