"""Configuration API: groups, and the tags they use.

Source: Configuration API v3.6, "Groups", "Tags".
"""

from livechat_sandbox.configuration_api.agents import PRIORITY, tell
from livechat_sandbox.platform import routing
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import array, check, integer, record, required, text
from livechat_sandbox.platform.structures import Group, Organization, Payload, Tag
from livechat_sandbox.transports.methods import Caller, Method

MOST_NAME = 180  # characters
PRIORITIES = record(extra=PRIORITY)


# --- groups -----------------------------------------------------------------------------------


def create_group(caller: Caller, payload: Payload) -> Payload:
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


def apply(organization: Organization, group: Group, payload: Payload) -> None:
    """Take over what was given. Raises validation for a long name or unknown agents."""
    check(PRIORITIES, payload.get("agent_priorities", {}), "agent_priorities")
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


def update_group(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    apply(organization, organization.group(payload["id"]), payload)
    names = ("id", "name", "language_code", "agent_priorities")
    changed = {name: payload[name] for name in names if name in payload}
    tell(organization, "group_updated", changed)
    routing.drain_queue(organization)
    return {}


def delete_group(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
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


def get_group(caller: Caller, payload: Payload) -> Payload:
    group = caller.organization.group(payload["id"])
    return view(caller.organization, group, payload.get("fields", []))


def list_groups(caller: Caller, payload: Payload) -> list[Payload]:
    return [
        view(caller.organization, group, payload.get("fields", []))
        for group in caller.organization.groups.values()
    ]


# --- tags -------------------------------------------------------------------------------------


def create_tag(caller: Caller, payload: Payload) -> Payload:
    """Raises already_exists for a name that differs in case only."""
    organization = caller.organization
    if payload["name"].lower() in {name.lower() for name in organization.tags}:
        raise LiveChatError("already_exists")
    tag = Tag(
        payload["name"],
        payload.get("group_ids", []),
        caller.agent.id,
        organization.clock.now(),
    )
    organization.tags[tag.name] = tag
    tell(organization, "tag_created", dict(vars(tag)))
    return {}


def _tag(organization: Organization, name: str) -> Tag:
    if name not in organization.tags:
        raise LiveChatError("not_found", "Tag not found")
    return organization.tags[name]


def list_tags(caller: Caller, payload: Payload) -> list[Payload]:
    groups = set(payload.get("filters", {}).get("group_ids", []))
    return [
        dict(vars(tag))
        for tag in caller.organization.tags.values()
        if not groups or not groups.isdisjoint(tag.group_ids)
    ]


def update_tag(caller: Caller, payload: Payload) -> Payload:
    tag = _tag(caller.organization, payload["name"])
    tag.group_ids = payload.get("group_ids", tag.group_ids)
    tell(caller.organization, "tag_updated", {"name": tag.name, "group_ids": tag.group_ids})
    return {}


def delete_tag(caller: Caller, payload: Payload) -> Payload:
    tag = _tag(caller.organization, payload["name"])
    del caller.organization.tags[tag.name]
    tell(caller.organization, "tag_deleted", {"name": tag.name})
    return {}


ID = required(integer())
NAME = required(text())
GROUP_IDS = array(integer())

METHODS = {
    "create_group": Method(
        create_group,
        record(name=NAME, language_code=text(), agent_priorities=required(PRIORITIES)),
        scope="groups--all:rw",
    ),
    "update_group": Method(
        update_group,
        record(id=ID, name=text(), language_code=text(), agent_priorities=PRIORITIES),
        scope="groups--all:rw",
    ),
    "delete_group": Method(delete_group, record(id=ID), scope="groups--all:rw"),
    "get_group": Method(get_group, record(id=ID, fields=array(text())), scope="groups--all:ro"),
    "list_groups": Method(list_groups, record(fields=array(text())), scope="groups--all:ro"),
    "create_tag": Method(create_tag, record(name=NAME, group_ids=GROUP_IDS), scope="tags--all:rw"),
    "list_tags": Method(
        list_tags, record(filters=record(group_ids=required(GROUP_IDS))), scope="tags--all:ro"
    ),
    "update_tag": Method(update_tag, record(name=NAME, group_ids=GROUP_IDS), scope="tags--all:rw"),
    "delete_tag": Method(delete_tag, record(name=NAME), scope="tags--all:rw"),
}
