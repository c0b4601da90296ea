"""Configuration API: groups.

Source: Configuration API v3.6, "Groups".
"""

from typing import NotRequired, TypedDict

from livechat_sandbox.configuration_api.agents import Priority, tell
from livechat_sandbox.platform.configuration import Group
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters, only
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.transports.methods import Caller, method

MOST_NAME = 180  # characters


def own_or_any(caller: Caller, group_id: int, mode: str) -> None:
    """Raises authorization for another's group, if the scope is for one's own."""
    if group_id not in caller.agent.group_ids:
        caller.needs(f"groups--all:{mode}")


class CreateGroup(TypedDict):
    name: str
    language_code: NotRequired[str]
    agent_priorities: dict[str, Priority]


@method("groups--all:rw")
def create_group(caller: Caller, payload: CreateGroup) -> Payload:
    organization = caller.organization
    group = Group(max(organization.groups) + 1, payload["name"])
    apply(organization, group, payload)
    organization.groups[group.id] = group
    tell(
        organization,
        "group_created",
        {
            "id": group.id,
            "name": group.name,
            "language_code": group.language,
            "agent_priorities": group.agent_priorities,
        },
    )
    routing.tell_group_statuses(organization)
    return {"id": group.id}


def apply(organization: Organization, group: Group, payload: Parameters) -> None:
    """Take over what was given. Raises validation for a long name or unknown agents."""
    if len(payload.get("name", "")) > MOST_NAME:
        raise LiveChatError("validation", f"`name` is longer than {MOST_NAME} characters")
    unknown = payload.get("agent_priorities", {}).keys() - organization.agents.keys()
    if unknown:
        raise LiveChatError("validation", f"Unknown agents: {', '.join(sorted(unknown))}")
    group.name = payload.get("name", group.name)
    group.language = payload.get("language_code", group.language)
    if "agent_priorities" in payload:
        group.agent_priorities = dict(payload["agent_priorities"])
        for agent in organization.agents.values():
            others = {group_id for group_id in agent.group_ids if group_id != group.id}
            own = {group.id} if agent.id in group.agent_priorities else set()
            agent.group_ids = sorted(others | own)


class UpdateGroup(TypedDict):
    id: int
    name: NotRequired[str]
    language_code: NotRequired[str]
    agent_priorities: NotRequired[dict[str, Priority]]


@method("groups--my:rw")
def update_group(caller: Caller, payload: UpdateGroup) -> Payload:
    organization = caller.organization
    own_or_any(caller, payload["id"], "rw")
    apply(organization, organization.group(payload["id"]), payload)
    changed = only(payload, ("id", "name", "language_code", "agent_priorities"))
    tell(organization, "group_updated", changed)
    routing.drain_queue(organization)
    return {}


class DeleteGroup(TypedDict):
    id: int


@method("groups--my:rw")
def delete_group(caller: Caller, payload: DeleteGroup) -> Payload:
    organization = caller.organization
    own_or_any(caller, payload["id"], "rw")
    group = organization.group(payload["id"])
    if group.id == organization.default_group_id():
        raise LiveChatError("validation", "The general group cannot be deleted")
    if any(chat.active and group.id in chat.group_ids for chat in organization.chats.values()):
        raise LiveChatError("validation", "The group has active chats")
    del organization.groups[group.id]
    for agent in organization.agents.values():
        agent.group_ids = [group_id for group_id in agent.group_ids if group_id != group.id]
    for customer in organization.customers.values():
        if customer.group_id == group.id:
            customer.group_id = organization.default_group_id()
    tell(organization, "group_deleted", {"id": group.id})
    return {}


def view(organization: Organization, group: Group, fields: list[str]) -> Payload:
    shown: Payload = {
        "id": group.id,
        "name": group.name,
        "language_code": group.language,
        "routing_status": routing.group_status_for_agents(organization, group.id),
    }
    if "agent_priorities" in fields:
        shown["agent_priorities"] = group.agent_priorities
    return shown


class GetGroup(TypedDict):
    id: int
    fields: NotRequired[list[str]]


@method("groups--my:ro")
def get_group(caller: Caller, payload: GetGroup) -> Payload:
    own_or_any(caller, payload["id"], "ro")
    group = caller.organization.group(payload["id"])
    return view(caller.organization, group, payload.get("fields", []))


class ListGroups(TypedDict):
    fields: NotRequired[list[str]]


@method("groups--all:ro")
def list_groups(caller: Caller, payload: ListGroups) -> list[Payload]:
    return [
        view(caller.organization, group, payload.get("fields", []))
        for group in caller.organization.groups.values()
    ]
