"""Configuration API: agents.

Source: Configuration API v3.6, "Agents".
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters, only
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import agents
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Agent, Organization, RoutingStatus
from livechat_sandbox.platform.tokens import agent_tokens
from livechat_sandbox.transports.methods import Caller, method

LOGIN_STATUSES: dict[str, RoutingStatus] = {
    "accepting chats": "accepting_chats",
    "not accepting chats": "not_accepting_chats",
}
Priority = Literal["first", "normal", "last", "supervisor"]
SETTINGS = (
    *("id", "name", "role", "login_status", "avatar_path", "job_title", "mobile"),
    *("max_chats_count", "groups", "notifications", "email_subscriptions", "work_scheduler"),
)
KEPT = ("mobile", "notifications", "email_subscriptions", "work_scheduler", "timezone")


class Membership(TypedDict):
    """That an agent is of a group, and when chats come to them there."""

    id: int
    priority: Priority


def find(organization: Organization, agent_id: str, *, bot: bool = False) -> Agent:
    """Raises not_found. Bots and people have methods of their own."""
    agent = organization.agents.get(agent_id)
    if agent is None or agent.is_bot is not bot:
        raise LiveChatError("not_found", "Bot not found" if bot else "Agent not found")
    return agent


class CreateAgent(TypedDict):
    name: str
    role: NotRequired[Literal["viceowner", "administrator", "normal"]]
    login_status: NotRequired[Literal["accepting chats", "not accepting chats"]]
    avatar_path: NotRequired[str]
    job_title: NotRequired[str]
    mobile: NotRequired[str]
    max_chats_count: NotRequired[Annotated[int, Meta(ge=0, le=20)]]
    groups: NotRequired[list[Membership]]
    notifications: NotRequired[list[str]]
    email_subscriptions: NotRequired[list[str]]
    work_scheduler: NotRequired[Any]
    id: str
    awaiting_approval: NotRequired[bool]


@method("accounts--all:rc")
def create_agent(caller: Caller, payload: CreateAgent) -> Payload:
    organization = caller.organization
    if payload["id"] in organization.agents:
        raise LiveChatError("already_exists")
    awaits_approval = payload.get("awaiting_approval", False)
    if not awaits_approval:
        caller.needs("accounts--all:rw")
    check_role(caller, payload)
    everybody: Membership = {"id": 0, "priority": "normal"}
    groups = payload.get("groups", [everybody])
    for group in groups:
        organization.group(group["id"])
    agent = agents.add(organization, payload["id"], payload["name"], "", [], "normal")
    agent.max_chats = 6
    agent.login_status = "not_accepting_chats"
    agent.awaiting_approval = awaits_approval
    apply(agent, {**payload, "groups": groups})
    tell(organization, "agent_created", full_view(agent))
    return {"id": agent.id}


def check_role(caller: Caller, payload: Parameters) -> None:
    """Raises authorization for a role above `normal`, which has a scope of its own."""
    if payload.get("role", "normal") != "normal":
        caller.needs("accounts.roles.lc--all:rw")


def own_or_any(caller: Caller, agent_id: str, scope: str) -> None:
    """Raises authorization where the scope for oneself is not enough."""
    if agent_id != caller.agent.id:
        caller.needs(scope)


def apply(agent: Agent, payload: Parameters) -> None:
    """Take over the settings that were given, which may let chats in. Raises group_not_found."""
    for group in payload.get("groups", []):
        agent.organization.group(group["id"])
    agent.name = payload.get("name", agent.name)
    agent.permission = payload.get("role", agent.permission)
    agent.job_title = payload.get("job_title", agent.job_title)
    agent.avatar = payload.get("avatar_path") or payload.get("avatar") or agent.avatar
    agent.max_chats = payload.get("max_chats_count", agent.max_chats)
    if "login_status" in payload:
        agent.login_status = LOGIN_STATUSES[payload["login_status"]]
    agent.settings |= {name: payload[name] for name in KEPT if name in payload}
    if "groups" in payload:
        priorities = {group["id"]: group["priority"] for group in payload["groups"]}
        for group in agent.organization.groups.values():
            group.agent_priorities.pop(agent.id, None)
            if group.id in priorities:
                group.agent_priorities[agent.id] = priorities[group.id]
        agent.group_ids = sorted(priorities)
    routing.drain_queue(agent.organization)


def view(agent: Agent, fields: list[str]) -> Payload:
    by_status = {status: words for words, status in LOGIN_STATUSES.items()}
    shown: Payload = {
        "id": agent.id,
        "account_id": agent.account_id,
        "name": agent.name,
        "avatar": agent.avatar,
        "avatar_path": agent.avatar,
        "role": agent.permission,
        "login_status": by_status[agent.login_status],
    }
    full = full_view(agent) | {"suspended": agent.suspended}
    if agent.last_logout:
        full["last_logout"] = agent.last_logout
    return shown | {name: full[name] for name in fields if name in full}


def full_view(agent: Agent) -> Payload:
    """Every setting, as the push `agent_created` has it."""
    return {
        "id": agent.id,
        "name": agent.name,
        "role": agent.permission,
        "avatar": agent.avatar,
        "job_title": agent.job_title,
        "mobile": agent.settings.get("mobile", ""),
        "max_chats_count": agent.max_chats,
        "awaiting_approval": agent.awaiting_approval,
        "groups": groups_of(agent),
        "notifications": agent.settings.get("notifications", []),
        "email_subscriptions": agent.settings.get("email_subscriptions", []),
        "work_scheduler": agent.settings.get("work_scheduler", {}),
    }


def groups_of(agent: Agent) -> list[Payload]:
    groups = [agent.organization.groups[group_id] for group_id in agent.group_ids]
    return [
        {"id": group.id, "priority": group.agent_priorities.get(agent.id, "normal")}
        for group in groups
    ]


class GetAgent(TypedDict):
    id: str
    fields: NotRequired[list[str]]


@method("agents--my:ro")
def get_agent(caller: Caller, payload: GetAgent) -> Payload:
    own_or_any(caller, payload["id"], "agents--all:ro")
    agent = find(caller.organization, payload["id"])
    return view(agent, payload.get("fields", []))


class ListAgentsFilters(TypedDict):
    group_ids: NotRequired[list[int]]
    suspended: NotRequired[bool]


class ListAgents(TypedDict):
    filters: NotRequired[ListAgentsFilters]
    fields: NotRequired[list[str]]


@method("agents--all:ro")
def list_agents(caller: Caller, payload: ListAgents) -> list[Payload]:
    filters: Parameters = payload.get("filters", {})
    groups = set(filters.get("group_ids", []))
    return [
        view(agent, payload.get("fields", []))
        for agent in caller.organization.agents.values()
        if not agent.is_bot
        and (not groups or not groups.isdisjoint(agent.group_ids))
        and agent.suspended == filters.get("suspended", agent.suspended)
    ]


class UpdateAgent(TypedDict):
    id: str
    name: NotRequired[str]
    role: NotRequired[Literal["viceowner", "administrator", "normal"]]
    login_status: NotRequired[Literal["accepting chats", "not accepting chats"]]
    avatar_path: NotRequired[str]
    job_title: NotRequired[str]
    mobile: NotRequired[str]
    max_chats_count: NotRequired[Annotated[int, Meta(ge=0, le=20)]]
    groups: NotRequired[list[Membership]]
    notifications: NotRequired[list[str]]
    email_subscriptions: NotRequired[list[str]]
    work_scheduler: NotRequired[Any]


@method("agents--my:rw")
def update_agent(caller: Caller, payload: UpdateAgent) -> Payload:
    own_or_any(caller, payload["id"], "agents--all:rw")
    if "role" in payload:
        caller.needs("accounts.roles.lc--all:rw")
    agent = find(caller.organization, payload["id"])
    if agent.permission == "owner" and payload.get("role", "owner") != "owner":
        raise LiveChatError("validation", "The owner's role cannot be changed")
    apply(agent, payload)
    changed = only(payload, SETTINGS)
    if "avatar_path" in changed:
        changed["avatar"] = changed.pop("avatar_path")
    changed.pop("login_status", None)
    tell(caller.organization, "agent_updated", changed)
    return {}


class DeleteAgent(TypedDict):
    id: str


@method("agents--my:rw")
def delete_agent(caller: Caller, payload: DeleteAgent) -> Payload:
    own_or_any(caller, payload["id"], "agents--all:rw")
    own_or_any(caller, payload["id"], "accounts--all:rw")
    caller.needs("accounts--my:rw")
    agent = find(caller.organization, payload["id"])
    if agent.permission == "owner":
        raise LiveChatError("validation", "The owner cannot be deleted")
    remove(agent)
    tell(caller.organization, "agent_deleted", {"id": agent.id})
    return {}


def remove(agent: Agent) -> None:
    """Take somebody out of the organization; who wrote what stays known."""
    organization = agent.organization
    agents.go_offline(agent, "deleted")
    agent.suspended = True
    for group in organization.groups.values():
        group.agent_priorities.pop(agent.id, None)
    agent_tokens.forget(agent)
    organization.former_agents[agent.id] = organization.agents.pop(agent.id)


class OneAgent(TypedDict):
    id: str


@method("agents--all:rw")
def suspend_agent(caller: Caller, payload: OneAgent) -> Payload:
    caller.needs("sessions--all:rw")
    agent = find(caller.organization, payload["id"])
    agents.go_offline(agent, "remotely_signed_out")
    agent.suspended = True
    pushes.evict(caller.organization, agent.id, "agent_logged_out_remotely")
    tell(caller.organization, "agent_suspended", {"id": agent.id})
    return {}


@method("agents--all:rw")
def unsuspend_agent(caller: Caller, payload: OneAgent) -> Payload:
    agent = find_to_admit(caller, payload)
    agent.suspended = False
    tell(caller.organization, "agent_unsuspended", {"id": agent.id})
    return {}


@method("agents--all:rw")
def approve_agent(caller: Caller, payload: OneAgent) -> Payload:
    agent = find_to_admit(caller, payload)
    agent.awaiting_approval = False
    tell(caller.organization, "agent_approved", {"id": agent.id})
    return {}


def find_to_admit(caller: Caller, payload: OneAgent) -> Agent:
    """Whoever lets somebody in needs two scopes more: each agent is paid for."""
    caller.needs("accounts--all:rw")
    caller.needs("subscription.lc:rw")
    return find(caller.organization, payload["id"])


class Nothing(TypedDict):
    """An empty request."""


@method()
def request_agent_unsuspension(_: Caller, __: Nothing) -> Payload:
    """Would write to the owners; no mail leaves the sandbox."""
    return {}


def tell(organization: Organization, action: str, payload: Payload | list[Payload]) -> None:
    pushes.to_all_agents(organization, action, payload)
