"""Configuration API: bot templates, from which each installation of an app gets a bot.

Source: Configuration API v3.6, "Bots". Here an app is installed in its organization, always.
"""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.configuration_api import bots
from livechat_sandbox.configuration_api.agents import Priority, apply, remove, tell
from livechat_sandbox.platform.configuration import BotTemplate
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters, only
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Agent
from livechat_sandbox.transports.methods import Caller, method

MOST_OF_AN_APP = 5
KEPT = ("name", "avatar", "max_chats_count", "default_group_priority", "job_title")


def find(caller: Caller, payload: Parameters) -> BotTemplate:
    """Raises not_found."""
    template = caller.organization.bot_templates.get(payload["id"])
    if template is None or template.owner_client_id != payload["owner_client_id"]:
        raise LiveChatError("not_found", "Bot template not found")
    return template


def bot_of(caller: Caller, payload: Parameters) -> Agent | None:
    """The bot made from it, where installations that exist are to follow."""
    if not payload.get("affect_existing_installations"):
        return None
    return caller.organization.agents.get(payload["id"])


class CreateBotTemplate(TypedDict):
    name: str
    owner_client_id: str
    avatar: NotRequired[str]
    job_title: NotRequired[str]
    max_chats_count: NotRequired[Annotated[int, Meta(ge=0, le=500)]]
    default_group_priority: NotRequired[Priority]
    affect_existing_installations: NotRequired[bool]


@method("bots.templates:rw")
def create_bot_template(caller: Caller, payload: CreateBotTemplate) -> Payload:
    """Raises limit_reached for the sixth of an app."""
    organization, owner = caller.organization, payload["owner_client_id"]
    own = [t for t in organization.bot_templates.values() if t.owner_client_id == owner]
    if len(own) >= MOST_OF_AN_APP:
        raise LiveChatError("limit_reached")
    template = BotTemplate(
        organization.ids.hex(32), organization.ids.hex(32), owner, only(payload, KEPT)
    )
    organization.bot_templates[template.id] = template
    if payload.get("affect_existing_installations"):
        bots.add(caller, template.id, template.secret, payload)
    return {"id": template.id, "secret": template.secret}


class UpdateBotTemplate(TypedDict):
    id: str
    owner_client_id: str
    name: NotRequired[str]
    avatar: NotRequired[str]
    job_title: NotRequired[str]
    max_chats_count: NotRequired[Annotated[int, Meta(ge=0, le=500)]]
    default_group_priority: NotRequired[Priority]
    affect_existing_installations: NotRequired[bool]


@method("bots.templates:rw")
def update_bot_template(caller: Caller, payload: UpdateBotTemplate) -> Payload:
    template = find(caller, payload)
    template.settings |= only(payload, KEPT)
    if bot := bot_of(caller, payload):
        apply(bot, payload)
        tell(caller.organization, "bot_updated", {"id": bot.id} | only(payload, KEPT))
    return {}


class OneBotTemplate(TypedDict):
    id: str
    owner_client_id: str
    affect_existing_installations: NotRequired[bool]


@method("bots.templates:rw")
def delete_bot_template(caller: Caller, payload: OneBotTemplate) -> Payload:
    template = find(caller, payload)
    del caller.organization.bot_templates[template.id]
    if bot := bot_of(caller, payload):
        remove(bot)
        tell(caller.organization, "bot_deleted", {"id": bot.id})
    return {}


@method("bots.templates:rw")
def reset_bot_template_secret(caller: Caller, payload: OneBotTemplate) -> Payload:
    template = find(caller, payload)
    template.secret = caller.organization.ids.hex(32)
    if bot := bot_of(caller, payload):
        bot.settings["secret"] = template.secret
    return {"secret": template.secret}


class ListBotTemplates(TypedDict):
    owner_client_id: str


@method("bots.templates:rw")
def list_bot_templates(caller: Caller, payload: ListBotTemplates) -> list[Payload]:
    return [
        {
            "id": template.id,
            "name": template.settings["name"],
            "avatar_path": template.settings.get("avatar", ""),
        }
        for template in caller.organization.bot_templates.values()
        if template.owner_client_id == payload["owner_client_id"]
    ]
