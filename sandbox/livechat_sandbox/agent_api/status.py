"""Agent Chat API, status: who accepts chats; logging agents in and out of the platform."""

from livechat_sandbox.platform import agents, routing
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import array, integer, one_of, record, required, text
from livechat_sandbox.platform.structures import Agent, Payload
from livechat_sandbox.transports.methods import Caller, Method


def _agent(caller: Caller, payload: Payload) -> Agent:
    """The agent a call is about: the requester unless it says otherwise.

    Raises authorization, not_found.
    """
    agent_id = payload.get("agent_id", caller.agent.id)
    if agent_id != caller.agent.id:
        caller.needs("agents--all:rw")
    if agent_id not in caller.organization.agents:
        raise LiveChatError("not_found", "Agent not found")
    return caller.organization.agents[agent_id]


def set_routing_status(caller: Caller, payload: Payload) -> Payload:
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


def list_routing_statuses(caller: Caller, payload: Payload) -> list[Payload]:
    organization = caller.organization
    group_ids = payload.get("filters", {}).get("group_ids")
    return [
        {"agent_id": agent.id, "status": agent.status}
        for agent in organization.agents.values()
        if not group_ids or agent.is_in(group_ids)
    ]


def get_license_info(caller: Caller, _: Payload) -> Payload:
    """Known from LiveChat's Python client for 3.5 only."""
    return {"license_id": caller.organization.license_id, "plan": "business"}


def logout(caller: Caller, payload: Payload) -> Payload:
    """Sign an agent out everywhere. Over RTM the requester's answer comes before the close."""
    agents.logout(_agent(caller, payload))
    return {}


METHODS = {
    "set_routing_status": Method(
        set_routing_status,
        record(
            status=required(one_of("accepting_chats", "not_accepting_chats", "offline")),
            agent_id=text(),
        ),
        scope="agents--my:rw",
    ),
    "list_routing_statuses": Method(
        list_routing_statuses,
        record(filters=record(group_ids=array(integer(), most=200))),
        scope="agents--all:ro",
    ),
    "get_license_info": Method(get_license_info, versions=("3.5",), scope="agents--all:ro"),
    "logout": Method(logout, record(agent_id=text()), scope="agents--my:rw"),
}
