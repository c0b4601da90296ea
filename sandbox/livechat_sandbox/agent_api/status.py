"""Agent Chat API, status: who accepts chats; logging agents in and out of the platform."""

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import agents
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Agent
from livechat_sandbox.transports.methods import Caller, method


def _agent(caller: Caller, payload: Parameters) -> Agent:
    """The agent a call is about: the requester unless it says otherwise.

    Raises authorization, not_found.
    """
    agent_id = payload.get("agent_id", caller.agent.id)
    agent = caller.organization.agents.get(agent_id)
    if agent_id != caller.agent.id:
        bots = ("agents-bot--my:rw",) if agent and agent.is_bot else ()
        caller.needs("agents--all:rw", *bots)
    if agent is None:
        raise LiveChatError("not_found", "Agent not found")
    return agent


class SetRoutingStatus(TypedDict):
    status: Literal["accepting_chats", "not_accepting_chats", "offline"]
    agent_id: NotRequired[str]


@method("agents--my:rw", "agents-bot--my:rw")
def set_routing_status(caller: Caller, payload: SetRoutingStatus) -> Payload:
    agent = caller.agent
    changed = _agent(caller, payload)
    if not changed.is_bot:
        if payload["status"] == "offline":
            raise LiveChatError("validation", "Only bots can be set offline")
        if changed.status == "offline":
            own = "requester_already_offline" if changed is agent else "agent_offline"
            raise LiveChatError(own)
    routing.set_status(changed, payload["status"])
    return {}


class ListRoutingStatusesFilters(TypedDict):
    group_ids: NotRequired[Annotated[list[int], Meta(max_length=200)]]


class ListRoutingStatuses(TypedDict):
    filters: NotRequired[ListRoutingStatusesFilters]


@method("agents--all:ro", "agents-bot--all:ro")
def list_routing_statuses(caller: Caller, payload: ListRoutingStatuses) -> list[Payload]:
    organization = caller.organization
    group_ids = payload.get("filters", {}).get("group_ids")
    return [
        {"agent_id": agent.id, "status": agent.status}
        for agent in organization.agents.values()
        if not group_ids or agent.is_in(group_ids)
    ]


@method(versions=("3.5",))
def get_license_info(caller: Caller, _: Payload) -> Payload:
    """Known from LiveChat's Python client for 3.5 only."""
    return {"license_id": caller.organization.license_id, "plan": "business"}


class Logout(TypedDict):
    agent_id: NotRequired[str]


@method()
def logout(caller: Caller, payload: Logout) -> Payload:
    """Sign an agent out everywhere. Over RTM the requester's answer comes before the close."""
    agents.logout(_agent(caller, payload))
    return {}
