"""Configuration API: agents and bots.

Source: Configuration API v3.6, "Agents", "Bot Agents".
"""

from livechat_sandbox.platform import agents, pushes, tokens
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import (
    anything,
    array,
    boolean,
    integer,
    one_of,
    record,
    required,
    text,
)
from livechat_sandbox.platform.structures import Agent, Organization, Payload, RoutingStatus
from livechat_sandbox.transports.methods import Caller, Method

PRIORITY = one_of("first", "normal", "last", "supervisor")
GROUPS = array(record(id=required(integer()), priority=required(PRIORITY)))
FIELDS = array(text())
LOGIN_STATUSES: dict[str, RoutingStatus] = {
    "accepting chats": "accepting_chats",
    "not accepting chats": "not_accepting_chats",
}
KEPT = ("mobile", "notifications", "email_subscriptions", "work_scheduler", "timezone")
SETTINGS = {
    "name": text(),
    "role": one_of("viceowner", "administrator", "normal"),
    "login_status": one_of(*LOGIN_STATUSES),
    "avatar_path": text(),
    "job_title": text(),
    "mobile": text(),
    "max_chats_count": integer(0, 20),
    "groups": GROUPS,
    "notifications": array(text()),
    "email_subscriptions": array(text()),
    "work_scheduler": anything(),
}


# --- agents -----------------------------------------------------------------------------------


def find(organization: Organization, agent_id: str, *, bot: bool = False) -> Agent:
    """Raises not_found. Bots and people have methods of their own."""
    agent = organization.agents.get(agent_id)
    if agent is None or agent.is_bot is not bot:
        raise LiveChatError("not_found", "Bot not found" if bot else "Agent not found")
    return agent


def create_agent(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    if payload["id"] in organization.agents:
        raise LiveChatError("already_exists")
    groups = payload.get("groups", [{"id": 0, "priority": "normal"}])
    for group in groups:
        organization.group(group["id"])
    agent = agents.add(organization, payload["id"], payload["name"], "", [], "normal")
    agent.max_chats = 6
    agent.login_status = "not_accepting_chats"
    agent.awaiting_approval = payload.get("awaiting_approval", False)
    apply(agent, payload | {"groups": groups})
    tell(organization, "agent_created", full_view(agent))
    return {"id": agent.id}


def apply(agent: Agent, payload: Payload) -> None:
    """Take over the settings that were given. Raises group_not_found."""
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


def get_agent(caller: Caller, payload: Payload) -> Payload:
    agent = find(caller.organization, payload["id"])
    return view(agent, payload.get("fields", []))


def list_agents(caller: Caller, payload: Payload) -> list[Payload]:
    filters: Payload = payload.get("filters", {})
    groups = set(filters.get("group_ids", []))
    return [
        view(agent, payload.get("fields", []))
        for agent in caller.organization.agents.values()
        if not agent.is_bot
        and (not groups or not groups.isdisjoint(agent.group_ids))
        and agent.suspended == filters.get("suspended", agent.suspended)
    ]


def update_agent(caller: Caller, payload: Payload) -> Payload:
    if payload["id"] != caller.agent.id:
        caller.needs("agents--all:rw")
    agent = find(caller.organization, payload["id"])
    if agent.permission == "owner" and payload.get("role", "owner") != "owner":
        raise LiveChatError("validation", "The owner's role cannot be changed")
    apply(agent, payload)
    changed = {name: payload[name] for name in ("id", *SETTINGS) if name in payload}
    if "avatar_path" in changed:
        changed["avatar"] = changed.pop("avatar_path")
    changed.pop("login_status", None)
    tell(caller.organization, "agent_updated", changed)
    return {}


def delete_agent(caller: Caller, payload: Payload) -> Payload:
    agent = find(caller.organization, payload["id"])
    if agent.permission == "owner":
        raise LiveChatError("validation", "The owner cannot be deleted")
    _remove(agent)
    tell(caller.organization, "agent_deleted", {"id": agent.id})
    return {}


def _remove(agent: Agent) -> None:
    """Take somebody out of the organization; who wrote what stays known."""
    organization = agent.organization
    agents.go_offline(agent, "deleted")
    agent.suspended = True
    for group in organization.groups.values():
        group.agent_priorities.pop(agent.id, None)
    for credentials in (organization.agent_tokens, organization.access_tokens):
        for value in [value for value, owner in credentials.items() if owner == agent.id]:
            del credentials[value]
    organization.former_agents[agent.id] = organization.agents.pop(agent.id)
    pushes.evict(organization, agent.id, "access_token_revoked")


def suspend_agent(caller: Caller, payload: Payload) -> Payload:
    agent = find(caller.organization, payload["id"])
    agents.go_offline(agent, "remotely_signed_out")
    agent.suspended = True
    pushes.evict(caller.organization, agent.id, "agent_logged_out_remotely")
    tell(caller.organization, "agent_suspended", {"id": agent.id})
    return {}


def unsuspend_agent(caller: Caller, payload: Payload) -> Payload:
    agent = find(caller.organization, payload["id"])
    agent.suspended = False
    tell(caller.organization, "agent_unsuspended", {"id": agent.id})
    return {}


def approve_agent(caller: Caller, payload: Payload) -> Payload:
    agent = find(caller.organization, payload["id"])
    agent.awaiting_approval = False
    tell(caller.organization, "agent_approved", {"id": agent.id})
    return {}


def tell(organization: Organization, action: str, payload: Payload) -> None:
    pushes.to_all_agents(organization, action, payload)


# --- bots -------------------------------------------------------------------------------------


def create_bot(caller: Caller, payload: Payload) -> Payload:
    organization = caller.organization
    bot_id, secret = organization.ids.hex(32), organization.ids.hex(32)
    bot = Agent(
        id=bot_id,
        opaque_id=bot_id,
        account_id="",
        name=payload["name"],
        job_title=payload.get("job_title", ""),
        avatar=payload.get("avatar", ""),
        group_ids=[],
        is_bot=True,
        max_chats=6,
        settings={
            "secret": secret,
            "owner_client_id": payload.get("owner_client_id") or caller.client_id,
            "default_group_priority": payload["default_group_priority"],
        },
    )
    organization.add_agent(bot)
    everywhere = [
        {"id": group_id, "priority": payload["default_group_priority"]}
        for group_id in organization.groups
    ]
    apply(bot, {"groups": everywhere} | payload)
    tell(organization, "bot_created", bot_view(bot))
    return {"id": bot_id, "secret": secret}


def bot_view(bot: Agent) -> Payload:
    return {
        "id": bot.id,
        "name": bot.name,
        "avatar": bot.avatar,
        "job_title": bot.job_title,
        "default_group_priority": bot.settings.get("default_group_priority", "first"),
        "owner_client_id": bot.settings.get("owner_client_id", ""),
        "max_chats_count": bot.max_chats,
        "groups": groups_of(bot),
    }


def _bot(caller: Caller, payload: Payload, everybodys: str) -> Agent:
    """The bot a call is about; another app's needs the scope for everybody's.

    Raises not_found, authorization.
    """
    bot = find(caller.organization, payload["id"], bot=True)
    if bot.settings.get("owner_client_id") != caller.client_id:
        caller.needs(everybodys)
    return bot


def update_bot(caller: Caller, payload: Payload) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:rw")
    apply(bot, payload)
    changed = {name: payload[name] for name in ("id", *BOT) if name in payload}
    tell(caller.organization, "bot_updated", changed)
    return {}


def delete_bot(caller: Caller, payload: Payload) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:rw")
    _remove(bot)
    tell(caller.organization, "bot_deleted", {"id": bot.id})
    return {}


def get_bot(caller: Caller, payload: Payload) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:ro")
    return bot_view(bot) | {"avatar_path": bot.avatar}


def list_bots(caller: Caller, payload: Payload) -> list[Payload]:
    """One's own bots, or with `all` everybody's."""
    if payload.get("all"):
        caller.needs("agents-bot--all:ro")
    return [
        {"id": bot.id, "name": bot.name, "avatar_path": bot.avatar}
        | ({"groups": groups_of(bot)} if wants_groups(payload) else {})
        for bot in caller.organization.agents.values()
        if bot.is_bot
        and (payload.get("all") or bot.settings.get("owner_client_id") == caller.client_id)
    ]


def wants_groups(payload: Payload) -> bool:
    return "groups" in payload.get("fields", [])


def reset_bot_secret(caller: Caller, payload: Payload) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:rw")
    bot.settings["secret"] = caller.organization.ids.hex(32)
    return {"secret": bot.settings["secret"]}


BOT_TOKEN_LIFETIME = 86_400  # seconds


def issue_bot_token(caller: Caller, payload: Payload) -> Payload:
    """A bearer token for the bot, valid for 24 hours. Needs no authorization but the secret."""
    organization = caller.organization
    bot = find(organization, payload["bot_id"], bot=True)
    owner = bot.settings.get("owner_client_id")
    if bot.settings.get("secret") != payload["bot_secret"] or owner != payload["client_id"]:
        raise LiveChatError("authentication", "Invalid bot credentials")
    token = organization.ids.token(organization.region)
    organization.agent_tokens[token] = bot.id
    tokens.end_later(organization, token, BOT_TOKEN_LIFETIME)
    return {"token": token}


ID = required(text())
BOT = {
    "name": text(),
    "avatar": text(),
    "job_title": text(),
    "max_chats_count": integer(0),
    "default_group_priority": PRIORITY,
    "groups": GROUPS,
    "work_scheduler": anything(),
    "timezone": text(),
}

METHODS = {
    "create_agent": Method(
        create_agent,
        record(**(SETTINGS | {"id": ID, "name": ID, "awaiting_approval": boolean()})),
        scope="agents--all:rw",
    ),
    "get_agent": Method(get_agent, record(id=ID, fields=FIELDS), scope="agents--all:ro"),
    "list_agents": Method(
        list_agents,
        record(filters=record(group_ids=array(integer()), suspended=boolean()), fields=FIELDS),
        scope="agents--all:ro",
    ),
    "update_agent": Method(update_agent, record(id=ID, **SETTINGS), scope="agents--my:rw"),
    "delete_agent": Method(delete_agent, record(id=ID), scope="agents--all:rw"),
    "suspend_agent": Method(suspend_agent, record(id=ID), scope="agents--all:rw"),
    "unsuspend_agent": Method(unsuspend_agent, record(id=ID), scope="agents--all:rw"),
    "approve_agent": Method(approve_agent, record(id=ID), scope="agents--all:rw"),
    "create_bot": Method(
        create_bot,
        record(
            **(
                BOT
                | {
                    "name": ID,
                    "default_group_priority": required(PRIORITY),
                    "owner_client_id": text(),
                }
            )
        ),
        scope="agents-bot--my:rw",
    ),
    "get_bot": Method(get_bot, record(id=ID, fields=FIELDS), scope="agents-bot--my:ro"),
    "list_bots": Method(list_bots, record(all=boolean(), fields=FIELDS), scope="agents-bot--my:ro"),
    "update_bot": Method(update_bot, record(id=ID, **BOT), scope="agents-bot--my:rw"),
    "delete_bot": Method(delete_bot, record(id=ID), scope="agents-bot--my:rw"),
    "reset_bot_secret": Method(
        reset_bot_secret, record(id=ID, owner_client_id=text()), scope="agents-bot--my:rw"
    ),
    "issue_bot_token": Method(
        issue_bot_token,
        record(bot_id=ID, client_id=ID, bot_secret=ID, organization_id=ID),
        needs_token=False,
    ),
}
