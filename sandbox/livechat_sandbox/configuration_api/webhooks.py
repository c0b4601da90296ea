"""Configuration API: webhooks.

Source: Configuration API v3.6, "Webhooks".
"""

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import array, boolean, one_of, record, required, text
from livechat_sandbox.platform.structures import Payload, Webhook
from livechat_sandbox.transports.methods import Caller, Method
from livechat_sandbox.webhooks import rules as webhooks

MOST_FOR_AN_ACTION = 3
MOST_URL = 500  # characters
ONE_SIDE = record(values=array(text()), exclude_values=array(text()))


def register_webhook(caller: Caller, payload: Payload) -> Payload:
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
        filters=payload.get("filters", {}),
        additional_data=payload.get("additional_data", []),
    )
    organization.webhooks[webhook.id] = webhook
    return {"id": webhook.id}


def check_filters(action: str, filters: Payload) -> None:
    """Raises validation for a filter the action does not have, or that is not built."""
    if "source_type" in filters:
        raise LiveChatError("validation", "The sandbox has no filter `source_type`")
    unknown = filters.keys() - set(webhooks.KINDS[action].filters)
    if unknown:
        raise LiveChatError("validation", f"{action} has no filter {', '.join(sorted(unknown))}")
    sides = filters.get("chat_presence", {}).get("user_ids", {})
    if len(sides) > 1:
        raise LiveChatError("validation", "Only one of `values` and `exclude_values`")


def list_webhooks(caller: Caller, payload: Payload) -> list[Payload]:
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


def unregister_webhook(caller: Caller, payload: Payload) -> Payload:
    webhook = caller.organization.webhooks.get(payload["id"])
    if webhook is None or webhook.owner_client_id != payload["owner_client_id"]:
        raise LiveChatError("not_found", "Webhook not found")
    del caller.organization.webhooks[webhook.id]
    return {}


def list_webhook_names(_: Caller, __: Payload) -> list[Payload]:
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


def enable_license_webhooks(caller: Caller, payload: Payload) -> Payload:
    caller.organization.disabled_webhooks.discard(owner_of(caller, payload))
    return {}


def disable_license_webhooks(caller: Caller, payload: Payload) -> Payload:
    caller.organization.disabled_webhooks.add(owner_of(caller, payload))
    return {}


def get_license_webhooks_state(caller: Caller, payload: Payload) -> Payload:
    disabled = caller.organization.disabled_webhooks
    return {"license_webhooks_enabled": owner_of(caller, payload) not in disabled}


def owner_of(caller: Caller, payload: Payload) -> str:
    return str(payload.get("owner_client_id", caller.client_id))


ID = required(text())
OWNER = record(owner_client_id=text())

METHODS = {
    "register_webhook": Method(
        register_webhook,
        record(
            action=required(one_of(*webhooks.KINDS)),
            secret_key=ID,
            url=ID,
            owner_client_id=ID,
            type=required(one_of("bot", "license")),
            description=text(),
            additional_data=array(one_of("chat_properties", "chat_presence_user_ids")),
            filters=record(
                author_type=one_of("customer", "agent"),
                only_my_chats=boolean(),
                agent_ids=ONE_SIDE,
                chat_presence=record(user_ids=ONE_SIDE, my_bots=boolean()),
            ),
        ),
        scope="webhooks--my:rw",
    ),
    "list_webhooks": Method(list_webhooks, record(owner_client_id=ID), scope="webhooks--my:ro"),
    "unregister_webhook": Method(
        unregister_webhook, record(id=ID, owner_client_id=ID), scope="webhooks--my:rw"
    ),
    "list_webhook_names": Method(list_webhook_names, record(version=text()), needs_token=False),
    "enable_license_webhooks": Method(enable_license_webhooks, OWNER, scope="webhooks.state:rw"),
    "disable_license_webhooks": Method(disable_license_webhooks, OWNER, scope="webhooks.state:rw"),
    "get_license_webhooks_state": Method(
        get_license_webhooks_state, OWNER, scope="webhooks.state:ro"
    ),
}
