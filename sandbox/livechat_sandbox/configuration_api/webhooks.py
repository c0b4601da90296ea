"""Configuration API: webhooks.

Source: Configuration API v3.6, "Webhooks".
"""

from typing import Literal, NotRequired, TypedDict

from livechat_sandbox.platform.configuration import Webhook
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports.methods import Caller, method
from livechat_sandbox.webhooks import rules as webhooks

MOST_FOR_AN_ACTION = 3
MOST_URL = 500  # characters


class OneSide(TypedDict):
    values: NotRequired[list[str]]
    exclude_values: NotRequired[list[str]]


class RegisterWebhookFiltersChatPresence(TypedDict):
    user_ids: NotRequired[OneSide]
    my_bots: NotRequired[bool]


class RegisterWebhookFilters(TypedDict):
    author_type: NotRequired[Literal["customer", "agent"]]
    only_my_chats: NotRequired[bool]
    agent_ids: NotRequired[OneSide]
    chat_presence: NotRequired[RegisterWebhookFiltersChatPresence]


class RegisterWebhook(TypedDict):
    action: str
    secret_key: str
    url: str
    owner_client_id: str
    type: Literal["bot", "license"]
    description: NotRequired[str]
    additional_data: NotRequired[list[Literal["chat_properties", "chat_presence_user_ids"]]]
    filters: NotRequired[RegisterWebhookFilters]


@method("webhooks.configuration:rw")
def register_webhook(caller: Caller, payload: RegisterWebhook) -> Payload:
    """Raises limit_reached for the fourth webhook of an app for the same action."""
    organization = caller.organization
    check_filters(payload["action"], payload.get("filters", {}))
    if len(payload["url"]) > MOST_URL or not payload["url"].startswith(("http://", "https://")):
        raise LiveChatError("validation", "`url` is not an address to send to")
    owner = payload["owner_client_id"]
    same = [
        each
        for each in organization.webhooks.values()
        if each.owner_client_id == owner and each.action == payload["action"]
    ]
    if len(same) >= MOST_FOR_AN_ACTION:
        raise LiveChatError("limit_reached")
    webhook = Webhook(
        id=organization.ids.hex(32),
        action=payload["action"],
        secret_key=payload["secret_key"],
        url=payload["url"],
        owner_client_id=owner,
        type=payload["type"],
        version=caller.version,
        description=payload.get("description", ""),
        filters={**payload.get("filters", {})},
        additional_data=[*payload.get("additional_data", [])],
    )
    organization.webhooks[webhook.id] = webhook
    return {"id": webhook.id}


def check_filters(action: str, filters: Parameters) -> None:
    """Raises validation for a filter the action does not have, or that is not built."""
    if action not in webhooks.KINDS:
        raise LiveChatError("validation", f"There is no webhook for {action}")
    if "source_type" in filters:
        raise LiveChatError("validation", "The sandbox has no filter `source_type`")
    unknown = filters.keys() - set(webhooks.KINDS[action].filters)
    if unknown:
        raise LiveChatError("validation", f"{action} has no filter {', '.join(sorted(unknown))}")
    sides = filters.get("chat_presence", {}).get("user_ids", {})
    if len(sides) > 1:
        raise LiveChatError("validation", "Only one of `values` and `exclude_values`")


class ListWebhooks(TypedDict):
    owner_client_id: str


@method("webhooks.configuration:rw")
def list_webhooks(caller: Caller, payload: ListWebhooks) -> list[Payload]:
    return [
        view(webhook)
        for webhook in caller.organization.webhooks.values()
        if webhook.owner_client_id == payload["owner_client_id"]
    ]


def view(webhook: Webhook) -> Payload:
    """A webhook as its owner sees it: without the secret."""
    shown: Payload = {
        "id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "action": webhook.action,
        "owner_client_id": webhook.owner_client_id,
        "type": webhook.type,
    }
    optional = {"filters": webhook.filters, "additional_data": webhook.additional_data}
    return shown | {name: value for name, value in optional.items() if value}


class UnregisterWebhook(TypedDict):
    id: str
    owner_client_id: str


@method("webhooks.configuration:rw")
def unregister_webhook(caller: Caller, payload: UnregisterWebhook) -> Payload:
    webhook = caller.organization.webhooks.get(payload["id"])
    if webhook is None or webhook.owner_client_id != payload["owner_client_id"]:
        raise LiveChatError("not_found", "Webhook not found")
    del caller.organization.webhooks[webhook.id]
    return {}


class ListWebhookNames(TypedDict):
    version: NotRequired[str]


@method(needs_token=False)
def list_webhook_names(_: Caller, __: ListWebhookNames) -> list[Payload]:
    """Needs no authorization."""
    return [
        {"action": action}
        | ({"filters": list(kind.filters)} if kind.filters else {})
        | (
            {"additional_data": ["chat_properties", "chat_presence_user_ids"]}
            if "chat_presence" in kind.filters
            else {}
        )
        for action, kind in webhooks.KINDS.items()
    ]


class Owner(TypedDict):
    owner_client_id: NotRequired[str]


@method("webhooks.state:rw")
def enable_license_webhooks(caller: Caller, payload: Owner) -> Payload:
    caller.organization.disabled_webhooks.discard(owner_of(caller, payload))
    return {}


@method("webhooks.state:rw")
def disable_license_webhooks(caller: Caller, payload: Owner) -> Payload:
    caller.organization.disabled_webhooks.add(owner_of(caller, payload))
    return {}


@method("webhooks.state:ro")
def get_license_webhooks_state(caller: Caller, payload: Owner) -> Payload:
    disabled = caller.organization.disabled_webhooks
    return {"license_webhooks_enabled": owner_of(caller, payload) not in disabled}


def owner_of(caller: Caller, payload: Parameters) -> str:
    return str(payload.get("owner_client_id", caller.client_id))
