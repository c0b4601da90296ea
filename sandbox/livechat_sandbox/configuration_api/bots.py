"""Configuration API: bots.

Source: Configuration API v3.6, "Bot Agents".
"""

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.configuration_api.agents import (
    Membership,
    Priority,
    apply,
    find,
    groups_of,
    remove,
    tell,
)
from livechat_sandbox.platform import scopes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters, only
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Agent
from livechat_sandbox.platform.tokens import customer_tokens
from livechat_sandbox.transports.methods import Caller, method

BOT = (
    *("id", "name", "avatar", "job_title", "max_chats_count", "default_group_priority"),
    *("groups", "work_scheduler", "timezone"),
)
OF_BOTS = ("default_group_priority", "type")  # settings that people have not


class CreateBot(TypedDict):
    name: str
    avatar: NotRequired[str]
    job_title: NotRequired[str]
    max_chats_count: NotRequired[Annotated[int, Meta(ge=0, le=500)]]
    default_group_priority: NotRequired[Priority]
    groups: NotRequired[list[Membership]]
    type: NotRequired[str]
    work_scheduler: NotRequired[Any]
    timezone: NotRequired[str]
    owner_client_id: NotRequired[str]


@method("agents-bot--my:rw")
def create_bot(caller: Caller, payload: CreateBot) -> Payload:
    bot_id, secret = caller.organization.ids.hex(32), caller.organization.ids.hex(32)
    add(caller, bot_id, secret, payload)
    return {"id": bot_id, "secret": secret}


def add(caller: Caller, bot_id: str, secret: str, payload: Parameters) -> None:
    """A bot that is away, in every group unless it is said in which."""
    organization = caller.organization
    priority = payload.get("default_group_priority", "normal")
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
            "default_group_priority": priority,
            "type": payload.get("type", "chatbot"),
        },
    )
    organization.add_agent(bot)
    everywhere = [{"id": group_id, "priority": priority} for group_id in organization.groups]
    apply(bot, {"groups": everywhere, **payload})
    tell(organization, "bot_created", bot_view(bot))


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


def _bot(caller: Caller, payload: Parameters, everybodys: str) -> Agent:
    """The bot a call is about; another app's needs the scope for everybody's.

    Raises not_found, authorization.
    """
    bot = find(caller.organization, payload["id"], bot=True)
    if bot.settings.get("owner_client_id") != caller.client_id:
        caller.needs(everybodys)
    return bot


class UpdateBot(TypedDict):
    id: str
    name: NotRequired[str]
    avatar: NotRequired[str]
    job_title: NotRequired[str]
    max_chats_count: NotRequired[Annotated[int, Meta(ge=0, le=500)]]
    default_group_priority: NotRequired[Priority]
    groups: NotRequired[list[Membership]]
    type: NotRequired[str]
    work_scheduler: NotRequired[Any]
    timezone: NotRequired[str]


@method("agents-bot--my:rw")
def update_bot(caller: Caller, payload: UpdateBot) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:rw")
    apply(bot, payload)
    bot.settings |= only(payload, OF_BOTS)
    changed = only(payload, BOT)
    tell(caller.organization, "bot_updated", changed)
    return {}


class DeleteBot(TypedDict):
    id: str


@method("agents-bot--my:rw")
def delete_bot(caller: Caller, payload: DeleteBot) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:rw")
    remove(bot)
    tell(caller.organization, "bot_deleted", {"id": bot.id})
    return {}


class GetBot(TypedDict):
    id: str
    fields: NotRequired[list[str]]


@method("agents-bot--my:ro")
def get_bot(caller: Caller, payload: GetBot) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:ro")
    shown = bot_view(bot) | {"avatar_path": bot.avatar}
    if caller.version != "3.5":
        shown["type"] = bot.settings.get("type", "chatbot")
    return shown


class ListBots(TypedDict):
    all: NotRequired[bool]
    fields: NotRequired[list[str]]


@method("agents-bot--my:ro")
def list_bots(caller: Caller, payload: ListBots) -> list[Payload]:
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


def wants_groups(payload: Parameters) -> bool:
    return "groups" in payload.get("fields", [])


class ResetBotSecret(TypedDict):
    id: str
    owner_client_id: NotRequired[str]


@method("agents-bot--my:rw")
def reset_bot_secret(caller: Caller, payload: ResetBotSecret) -> Payload:
    bot = _bot(caller, payload, "agents-bot--all:rw")
    bot.settings["secret"] = caller.organization.ids.hex(32)
    return {"secret": bot.settings["secret"]}


BOT_TOKEN_LIFETIME = 86_400  # seconds
BOT_TOKEN_SCOPES = ("chats--access:rw", "agents-bot--my:rw", "customers:rw")


class IssueBotToken(TypedDict):
    bot_id: str
    client_id: str
    bot_secret: str
    organization_id: str


@method(needs_token=False)
def issue_bot_token(caller: Caller, payload: IssueBotToken) -> Payload:
    """A bearer token for the bot, valid for 24 hours. Needs no authorization but the secret."""
    organization = caller.organization
    bot = find(organization, payload["bot_id"], bot=True)
    owner = bot.settings.get("owner_client_id")
    if bot.settings.get("secret") != payload["bot_secret"] or owner != payload["client_id"]:
        raise LiveChatError("authentication", "Invalid bot credentials")
    token = organization.ids.token(organization.region)
    organization.agent_tokens[token] = bot.id
    organization.token_scopes[token] = scopes.expand(BOT_TOKEN_SCOPES)
    customer_tokens.end_later(organization, token, BOT_TOKEN_LIFETIME)
    return {"token": token}
